import type { JsonObject, JsonValue } from "../../domain/json.ts";
import { argsSchema, refuse } from "../args.ts";
import type { ReadArgsResult, SinkSettings } from "../sink-type.ts";

export const recipientsMax = 20;
/** RFC 5321 section 4.5.3.1.3, read 2026-11-23: a path has 256 octets, its angle brackets included. */
export const addressLengthMax = 254;

const to = {
  type: "array",
  items: { type: "string", minLength: 3, maxLength: addressLengthMax },
  title: "Recipients",
  description: `1 to ${recipientsMax} e-mail addresses, one in each string, without names.`,
  minItems: 1,
  maxItems: recipientsMax,
  examples: [["security@example.com"]],
};

const examples = [{ to: ["security@example.com", "on-call@example.com"] }];

export const createArgs = argsSchema({ to }, { required: ["to"], title: "E-mail sink", examples });

export const updateArgs = argsSchema({ to }, { title: "Changes to an e-mail sink", examples });

/** Who gets the mail. */
export function recipients(settings: JsonObject): string[] {
  const given = settings["to"];
  return Array.isArray(given) ? given.filter((address) => typeof address === "string") : [];
}

/** See `SinkType.readArgs`. */
export function readArgs(args: JsonObject, current: SinkSettings | null): ReadArgsResult {
  const given = args["to"];
  if (given === undefined && current !== null) {
    return { ok: true, settings: current.settings, secrets: {} };
  }
  const addresses = Array.isArray(given) ? given : [];
  if (addresses.length === 0 || addresses.length > recipientsMax) {
    return refuse("Email.to", `Give 1 to ${recipientsMax} e-mail addresses.`);
  }
  const seen = new Set<string>();
  for (const address of addresses) {
    const problem = addressProblem(address);
    if (problem !== undefined) return refuse("Email.to", problem);
    const key = String(address).toLowerCase();
    if (seen.has(key)) return refuse("Email.to", `${String(address)} is given twice.`);
    seen.add(key);
  }
  return { ok: true, settings: { to: addresses.map(String) }, secrets: {} };
}

/**
 * The addresses that browsers take (HTML, "Valid e-mail address", read 2026-11-23), with a
 * domain of two labels at least. No quotes, commas, spaces or line breaks: an address can
 * never become two, nor a header.
 */
const addressPattern =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}(?<!-)\.)+[A-Za-z0-9][A-Za-z0-9-]{0,62}(?<!-)$/;

function addressProblem(value: JsonValue): string | undefined {
  if (typeof value !== "string") return "Each address must be a string.";
  if (value.length <= addressLengthMax && addressPattern.test(value)) return undefined;
  const shown = JSON.stringify(value.slice(0, 80));
  return `${shown} is no e-mail address. Give one address in each string, such as security@example.com, without a name.`;
}
