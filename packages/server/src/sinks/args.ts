import type { JsonObject } from "../domain/json.ts";
import type { ArgsSchema, ReadArgsResult } from "./sink-type.ts";

/** The schema of an object with these fields and no others. */
export function argsSchema(
  properties: ArgsSchema["properties"],
  { required, ...keywords }: Omit<ArgsSchema, "type" | "properties" | "additionalProperties">,
): ArgsSchema {
  return {
    type: "object",
    ...(required === undefined ? {} : { required }),
    properties,
    additionalProperties: false,
    ...keywords,
  };
}

/** The schema of what `schema` describes, or null. */
export function orNull(schema: JsonObject, keywords: JsonObject): JsonObject {
  return { anyOf: [schema, { type: "null" }], ...keywords };
}

/** A text argument; undefined when it is left out or null. */
export function textArg(args: JsonObject, name: string): string | undefined {
  const value = args[name];
  return typeof value === "string" ? value : undefined;
}

/** A refusal. `path` starts below `event_sink_args`, e.g. `Webhook.url`. */
export function refuse(path: string, message: string): ReadArgsResult & { ok: false } {
  return { ok: false, problem: { path, message } };
}
