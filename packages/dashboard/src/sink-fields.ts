/**
 * The fields of a sink's form, read out of the API's description of itself: whatever a sink
 * type takes is there, with its label and help, so the dashboard knows no sink type.
 */

export interface SinkField {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  readonly isRequired: boolean;
  /** `json`: a value of several parts, written as JSON; `lines`: one text for each line. */
  readonly kind: "text" | "choice" | "lines" | "json" | "slack_integration" | "slack_channel";
  readonly choices: readonly string[];
  readonly example: string;
}

export interface SinkTypeFields {
  /** The key in `event_sink_args`. */
  readonly wireName: string;
  readonly title: string;
  readonly fields: readonly SinkField[];
}

interface Schema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly deprecated?: boolean;
  readonly readOnly?: boolean;
  readonly enum?: readonly string[];
  readonly examples?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
}

/** @param method `post` for what a new sink takes, `put` for what an update takes. */
export function readSinkTypes(openapi: unknown, method: "post" | "put"): SinkTypeFields[] {
  const path = method === "post" ? "/v1/event_sink" : "/v1/event_sink/{id}";
  const steps = ["paths", path, method, "requestBody", "content", "application/json", "schema"];
  const body = steps.reduce<unknown>(
    (at, step) => (at as Record<string, unknown> | undefined)?.[step],
    openapi,
  ) as Schema | undefined;
  const types = body?.properties?.["event_sink_args"]?.properties ?? {};
  return Object.entries(types).map(([wireName, schema]) => ({
    wireName,
    title: (schema.title ?? wireName).replace(/ sink$/, ""),
    fields: Object.entries(schema.properties ?? {})
      .filter(([, field]) => field.deprecated !== true && field.readOnly !== true)
      .map(([name, field]) => readField(name, field, schema.required?.includes(name) === true))
      // What must be given comes first; a Slack channel is looked for in an integration, too.
      .sort((a, b) => Number(b.isRequired) - Number(a.isRequired)),
  }));
}

/** What people choose from a list that only Slack knows. */
const pickers: Readonly<Record<string, SinkField["kind"]>> = {
  slack_integration_id: "slack_integration",
  channel_id: "slack_channel",
};

function readField(name: string, schema: Schema, isRequired: boolean): SinkField {
  const shapes = schema.anyOf ?? [schema];
  const choices = shapes.flatMap((shape) => shape.enum ?? []);
  const has = (type: string) => shapes.some((shape) => shape.type === type);
  const plain = has("object") ? "json" : has("array") ? "lines" : "text";
  const kind = pickers[name] ?? (choices.length > 0 ? "choice" : plain);
  const [example] = schema.examples ?? [];
  return {
    name,
    label: schema.title ?? name,
    help: (schema.description ?? "").replaceAll("`", ""),
    isRequired,
    kind,
    choices,
    example: typeof example === "string" ? example : JSON.stringify(example ?? "").slice(0, 120),
  };
}

/** What somebody typed, as the API takes it; throws a sentence where it is no such value. */
export function parseField({ kind, label }: SinkField, text: string): unknown {
  if (kind === "lines")
    return text
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean);
  if (kind !== "json") return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${label} is not JSON: check quotes, commas and brackets.`);
  }
}

/** A stored value, as it stands in the form. */
export function showField({ kind }: SinkField, value: unknown): string {
  if (value === undefined || value === null) return "";
  if (kind === "lines" && Array.isArray(value)) return value.join("\n");
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
