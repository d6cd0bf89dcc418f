/**
 * The static headers of a webhook sink: which may be set, and to what.
 *
 * The deny list holds what the HTTP client or this service sets itself, what speaks to a
 * proxy on the way instead of the receiver, and what makes a receiver believe a false
 * origin; it follows Grafana's (grafana/alerting, http/, read 2026-08).
 */

const deniedNames: ReadonlySet<string> = new Set([
  // RFC 9110 section 7.6.1: hop by hop.
  "connection",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
  // Framing and content, which follow from the body.
  "host",
  "content-length",
  "content-type",
  "content-encoding",
  "accept-encoding",
  "expect",
  "date",
  "range",
  "user-agent",
  // State of a browser.
  "cookie",
  "set-cookie",
  "origin",
  "referer",
  // Where a request claims to come from.
  "forwarded",
  "via",
  "max-forwards",
  "x-real-ip",
  "x-client-ip",
  "true-client-ip",
  "cf-connecting-ip",
]);

const deniedPrefixes = ["webhook-", "ce-", "proxy-", "x-forwarded-", "event-sinks-", "sec-"];

export const headerCountMax = 50;
export const headerNameLengthMax = 128;
export const headerValueLengthMax = 4_096;

/** What stands in place of a stored header value wherever a sink is shown. */
export const headerMask = "********";

// RFC 9110 section 5.6.2.
const tokenPattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// Printable ASCII; anything beyond has no agreed encoding in a header.
const valuePattern = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/;

/** Why a header may not have this name, with the cure; undefined when it may. */
export function headerNameProblem(name: string): string | undefined {
  if (name.length > headerNameLengthMax) {
    return `A header's name may have at most ${headerNameLengthMax} characters.`;
  }
  if (!tokenPattern.test(name)) {
    return `${JSON.stringify(name)} is no header name. Use letters, digits and hyphens.`;
  }
  const lower = name.toLowerCase();
  if (deniedNames.has(lower) || deniedPrefixes.some((prefix) => lower.startsWith(prefix))) {
    return `The header ${name} is set by the service or belongs to the connection. Leave it out.`;
  }
  return undefined;
}

/** Why a header may not have this value, with the cure; never quotes the value. */
export function headerValueProblem(name: string, value: string): string | undefined {
  if (value.length > headerValueLengthMax) {
    return `The value of ${name} may have at most ${headerValueLengthMax} characters.`;
  }
  if (!valuePattern.test(value)) {
    return `The value of ${name} must be printable ASCII, not empty, without spaces at its ends.`;
  }
  return undefined;
}
