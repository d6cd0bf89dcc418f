/**
 * What Discord's Execute Webhook accepts, and how it says no
 * (https://docs.discord.com/developers/resources/webhook#execute-webhook and
 * https://docs.discord.com/developers/resources/message#embed-object-embed-limits).
 * Lengths are counted in code points.
 */

type Fields = Readonly<Record<string, unknown>>;

/** Discord's tree of faults: a fault stands under `_errors` at the path of what is wrong. */
export type FormErrors = { [name: string]: FormErrors | readonly FormError[] };

interface FormError {
  readonly code: string;
  readonly message: string;
}

const contentMax = 2_000;
const embedsMax = 10;
const embedTextMax = 6_000;

/** Texts of an embed and how long each may be; `true`: it must be there. */
const embedTexts: readonly (readonly [path: string, max: number])[] = [
  ["title", 256],
  ["description", 4_096],
];

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Discord drops white space at the ends before it counts. */
function trimmed(value: unknown): string | undefined {
  return typeof value === "string" ? value.trim() : undefined;
}

const lengthOf = (text: string) => [...text].length;

const error = (code: string, message: string) => ({ _errors: [{ code, message }] });
const required = error("BASE_TYPE_REQUIRED", "This field is required");
const tooLong = (max: number) =>
  error("BASE_TYPE_MAX_LENGTH", `Must be ${max} or fewer in length.`);
const badType = error("BASE_TYPE_BAD_TYPE", "This field has the wrong type.");

/** True when there is nothing to show: Discord's code 50006. */
export function isEmptyMessage(body: Fields): boolean {
  const embeds = body["embeds"];
  const hasEmbeds = Array.isArray(embeds) && embeds.length > 0;
  return (trimmed(body["content"]) ?? "") === "" && !hasEmbeds;
}

/** Every fault of a message; empty when it is valid. */
export function messageErrors(body: Fields): FormErrors {
  const errors: FormErrors = {};
  const content = body["content"];
  if (content !== undefined && typeof content !== "string") errors["content"] = badType;
  else if (lengthOf(trimmed(content) ?? "") > contentMax) errors["content"] = tooLong(contentMax);
  const embeds = body["embeds"] ?? [];
  if (!Array.isArray(embeds)) return { ...errors, embeds: badType };
  if (embeds.length > embedsMax) return { ...errors, embeds: tooLong(embedsMax) };
  const inEmbeds: FormErrors = {};
  for (const [index, embed] of embeds.entries()) {
    const found = isFields(embed) ? embedErrors(embed) : badType;
    if (Object.keys(found).length > 0) inEmbeds[String(index)] = found;
  }
  const total = embeds.filter(isFields).reduce((sum, embed) => sum + textLength(embed), 0);
  if (total > embedTextMax) {
    Object.assign(
      inEmbeds,
      error("MAX_EMBED_SIZE_EXCEEDED", `Embed size exceeds maximum size of ${embedTextMax}`),
    );
  }
  return Object.keys(inEmbeds).length > 0 ? { ...errors, embeds: inEmbeds } : errors;
}

function embedErrors(embed: Fields): FormErrors {
  const errors: FormErrors = {};
  for (const [name, max] of embedTexts) {
    const text = embed[name];
    if (text !== undefined && typeof text !== "string") errors[name] = badType;
    else if (lengthOf(trimmed(text) ?? "") > max) errors[name] = tooLong(max);
  }
  const color = embed["color"];
  if (color !== undefined && !(Number.isInteger(color) && inColors(Number(color)))) {
    errors["color"] = error("NUMBER_TYPE_COERCE", `Value "${String(color)}" is not int.`);
  }
  const timestamp = embed["timestamp"];
  if (timestamp !== undefined && Number.isNaN(Date.parse(String(timestamp)))) {
    errors["timestamp"] = error("DATE_TIME_TYPE_PARSE", "Could not parse as ISO8601.");
  }
  const footer = embed["footer"];
  if (footer !== undefined) {
    const text = isFields(footer) ? trimmed(footer["text"]) : undefined;
    if (text === undefined || text === "") errors["footer"] = { text: required };
    else if (lengthOf(text) > 2_048) errors["footer"] = { text: tooLong(2_048) };
  }
  const fields = fieldListErrors(embed["fields"]);
  if (Object.keys(fields).length > 0) errors["fields"] = fields;
  return errors;
}

const inColors = (color: number) => color >= 0 && color <= 0xffffff;

function fieldListErrors(fields: unknown): FormErrors {
  if (fields === undefined) return {};
  if (!Array.isArray(fields)) return badType;
  if (fields.length > 25) return tooLong(25);
  const errors: FormErrors = {};
  for (const [index, field] of fields.entries()) {
    const found: FormErrors = {};
    for (const [name, max] of [
      ["name", 256],
      ["value", 1_024],
    ] as const) {
      const text = isFields(field) ? trimmed(field[name]) : undefined;
      if (text === undefined || text === "") found[name] = required;
      else if (lengthOf(text) > max) found[name] = tooLong(max);
    }
    if (Object.keys(found).length > 0) errors[String(index)] = found;
  }
  return errors;
}

/** What counts towards 6,000. */
function textLength(embed: Fields): number {
  const footer = isFields(embed["footer"]) ? embed["footer"]["text"] : undefined;
  const author = isFields(embed["author"]) ? embed["author"]["name"] : undefined;
  const fields = Array.isArray(embed["fields"]) ? embed["fields"].filter(isFields) : [];
  const texts = [
    embed["title"],
    embed["description"],
    footer,
    author,
    ...fields.flatMap((field) => [field["name"], field["value"]]),
  ];
  return texts.reduce<number>((sum, text) => sum + lengthOf(trimmed(text) ?? ""), 0);
}

/** Who would be pinged: mentions in `content`, which `allowed_mentions` may forbid. Embeds ping nobody. */
export function findPings(body: Fields): string[] {
  const content = typeof body["content"] === "string" ? body["content"] : "";
  const found = content.match(/@everyone|@here|<@[!&]?\d+>/g) ?? [];
  const allowed = body["allowed_mentions"];
  if (!isFields(allowed)) return found;
  const parse = Array.isArray(allowed["parse"]) ? allowed["parse"] : [];
  return found.filter((ping) => {
    if (ping.startsWith("@")) return parse.includes("everyone");
    return parse.includes(ping.startsWith("<@&") ? "roles" : "users");
  });
}
