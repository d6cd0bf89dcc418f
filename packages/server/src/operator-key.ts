import { hash, randomInt } from "node:crypto";
import { crc32 } from "node:zlib";
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

const prefix = "esk_";
const randomChars = 38;
const checksumChars = 6;

/**
 * A new key: `esk_`, 38 random letters and digits (226 bits), and 6 of checksum. So whoever
 * scans repositories and logs for leaked keys can tell one of ours from a look-alike without asking us.
 */
export function newApiKey(): string {
  const letters = Array.from({ length: randomChars }, () => alphabet[randomInt(alphabet.length)]);
  const body = `${prefix}${letters.join("")}`;
  return `${body}${checksumOf(body)}`;
}

/** False for what starts like a key of ours and was never one: mistyped, cut short or made up. */
export function isApiKeyIntact(key: string): boolean {
  if (!key.startsWith(prefix)) return true;
  const body = key.slice(0, -checksumChars);
  const isWhole = key.length === prefix.length + randomChars + checksumChars;
  return isWhole && key.endsWith(checksumOf(body));
}

/** CRC-32 of the text before it, in base 62. */
function checksumOf(body: string): string {
  let rest = crc32(body);
  let text = "";
  for (let place = 0; place < checksumChars; place++) {
    text = `${alphabet[rest % alphabet.length]}${text}`;
    rest = Math.floor(rest / alphabet.length);
  }
  return text;
}

/** What is stored of an API key and looked up: SHA-256 as hex. Keys are long and random, so no slower hash is needed. */
export function hashApiKey(key: string): string {
  return hash("sha256", key, "hex");
}
