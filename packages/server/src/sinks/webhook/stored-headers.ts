/** The static headers of one sink: how their values are kept, replaced and revealed. */

import { isJsonObject, type JsonObject, type JsonValue } from "../../domain/json.ts";
import { Secret, type Secrets } from "../../secret.ts";
import type { SinkSettings } from "../sink-type.ts";
import { headerCountMax, headerMask, headerNameProblem, headerValueProblem } from "./headers.ts";

/** The name under which a header's value is kept among the sink's secrets. */
const secretName = (name: string) => `header:${name.toLowerCase()}`;

/** The names of the static headers, as they were given. */
export function headerNames(settings: JsonObject): string[] {
  const names = settings["headers"];
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
}

/** The static headers with their values revealed: for a request, never for show. */
export function revealHeaders({ settings, secrets }: SinkSettings): Record<string, string> {
  return Object.fromEntries(
    headerNames(settings).flatMap((name) => {
      const value = secrets[secretName(name)];
      return value === undefined ? [] : [[name, value.reveal()]];
    }),
  );
}

export type HeadersRead =
  | { readonly ok: true; readonly names: readonly string[]; readonly secrets: Secrets }
  /** A sentence with the cure. */
  | { readonly ok: false; readonly problem: string };

const giveAgain =
  "The URL moves to another origin, so the stored header values are not carried over. Give each value again, or `{}` for no headers.";

/**
 * Reads the `headers` argument. What is left out stays; a mask stands for the stored value.
 * @param isMoved - the URL moves to another origin, where no stored value may follow.
 */
export function readHeaders(
  given: JsonValue | undefined,
  current: SinkSettings | null,
  isMoved: boolean,
): HeadersRead {
  if (!isJsonObject(given)) {
    const stored = current === null ? [] : Object.entries(revealHeaders(current));
    return isMoved && stored.length > 0 ? refuse(giveAgain) : keep(stored);
  }
  if (Object.keys(given).length > headerCountMax) {
    return refuse(`At most ${headerCountMax} headers can be set.`);
  }
  const entries: [string, string][] = [];
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(given)) {
    const read = readHeader(name, value, current?.secrets ?? {}, isMoved);
    if (typeof read !== "string") return read;
    if (seen.has(name.toLowerCase())) return refuse(`The header ${name} is given twice.`);
    seen.add(name.toLowerCase());
    entries.push([name, read]);
  }
  return keep(entries);
}

function keep(entries: readonly [string, string][]): HeadersRead {
  const secrets = entries.map(([name, value]) => [secretName(name), new Secret(value)]);
  return { ok: true, names: entries.map(([name]) => name), secrets: Object.fromEntries(secrets) };
}

function refuse(problem: string): HeadersRead & { ok: false } {
  return { ok: false, problem };
}

function readHeader(
  name: string,
  value: JsonValue,
  secrets: Secrets,
  isMoved: boolean,
): string | (HeadersRead & { ok: false }) {
  const nameProblem = headerNameProblem(name);
  if (nameProblem !== undefined) return refuse(nameProblem);
  if (typeof value !== "string") return refuse(`The value of ${name} must be a string.`);
  if (value !== headerMask) {
    const valueProblem = headerValueProblem(name, value);
    return valueProblem === undefined ? value : refuse(valueProblem);
  }
  if (isMoved) return refuse(giveAgain);
  const stored = secrets[secretName(name)];
  return (
    stored?.reveal() ??
    refuse(`${name} has no stored value that ${headerMask} could stand for. Give its value.`)
  );
}
