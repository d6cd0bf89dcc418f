import { cutText } from "../domain/cut-text.ts";
import { redact, type Secrets } from "../secret.ts";

export { codePointBoundary, cutText } from "../domain/cut-text.ts";

// Bidirectional overrides and isolates can make a host name read backwards.
const bidiControls = /[\u202a-\u202e\u2066-\u2069]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const controlsButBreaks = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

/**
 * Alert text that is safe to show: well-formed Unicode without control characters, with
 * `\n` as its only line break. `lengthMax` bounds the work on a text of megabytes; what
 * is beyond it would be cut later anyway.
 */
export function cleanText(text: string, lengthMax: number): string {
  return cutText(text, lengthMax)
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029]/g, "\n")
    .replace(controlsButBreaks, " ")
    .replace(bidiControls, "");
}

/** The same on one line, each run of white space a single space. */
export function cleanLine(text: string, lengthMax: number): string {
  return cleanText(text, lengthMax).replace(/\s+/g, " ").trim();
}

/**
 * A piece of a platform's answer for a detail sentence. Secrets are masked here, before
 * the cut: half a secret would escape the engine's own masking.
 */
export function quoteAnswer(text: string, secrets: Secrets, lengthMax = 300): string {
  return cutText(cleanLine(redact(text, Object.values(secrets)), 16_384), lengthMax);
}
