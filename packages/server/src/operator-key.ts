import { createHash, randomInt } from "node:crypto";
import { readOrMakeKeyFile } from "./key-file.ts";
import { Secret } from "./secret.ts";

export interface OperatorKey {
  readonly key: Secret;
  /** Made just now: the time to show it, on a terminal, never in a log. */
  readonly isNew: boolean;
  /** Where it is kept; null when it came from the settings. */
  readonly path: string | null;
  readonly warning: string | null;
}

/**
 * The API key of whoever runs the service: the setting's, else the one kept in
 * `<dataDir>/operator.key`, which the first start makes. Throws when the file cannot be used.
 */
export function loadOperatorKey(configured: Secret | null, dataDir: string): OperatorKey {
  if (configured !== null) return { key: configured, isNew: false, path: null, warning: null };
  const { text, ...file } = readOrMakeKeyFile(dataDir, "operator.key", newApiKey);
  if (text.length < apiKeyLengthMin) {
    throw new Error(
      `The key in ${file.path} has fewer than ${apiKeyLengthMin} characters. Remove the file to make a new one.`,
    );
  }
  return { key: new Secret(text), ...file };
}

/** Shorter keys are not accepted from anybody. */
export const apiKeyLengthMin = 32;

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** A new random key, `esk_` and 44 letters and digits (262 bits). */
export function newApiKey(): string {
  const letters = Array.from({ length: 44 }, () => alphabet[randomInt(alphabet.length)]);
  return `esk_${letters.join("")}`;
}

/** What is stored of an API key and looked up: SHA-256 as hex. Keys are long and random, so no slower hash is needed. */
export function hashApiKey(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}
