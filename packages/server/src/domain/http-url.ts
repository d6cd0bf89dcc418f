import type { JsonValue } from "./json.ts";

/** Beyond this no browser or platform follows a URL. */
const urlLengthMax = 8_192;

/** The http(s) URL that a value is, as WHATWG writes it; undefined when it is none. */
export function httpUrl(value: JsonValue | undefined): string | undefined {
  if (typeof value !== "string" || value.length > urlLengthMax) return undefined;
  if (!/^https?:\/\/\S+$/i.test(value)) return undefined;
  const href = URL.parse(value)?.href;
  return href === undefined || href.length > urlLengthMax ? undefined : href;
}
