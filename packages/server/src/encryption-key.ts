import { randomBytes } from "node:crypto";
import { readOrMakeKeyFile } from "./key-file.ts";
import { sealingKeyBytes } from "./sealer.ts";
import { Secret } from "./secret.ts";

export interface EncryptionKey {
  /** 32 bytes as base64, for `createSealer`. */
  readonly key: Secret;
  readonly isNew: boolean;
  /** Where it is kept; null when it came from the settings. */
  readonly path: string | null;
  readonly warning: string | null;
}

/**
 * The key that secrets are sealed with: the setting's, else the one kept in
 * `<dataDir>/encryption.key`, which the first start makes. Throws when the file cannot be used.
 * @param hasDatabase there is a database already: a new key could not open its secrets, so a
 * missing file is refused instead of replaced.
 */
export function loadEncryptionKey(
  configured: Secret | null,
  dataDir: string,
  hasDatabase = false,
): EncryptionKey {
  if (configured !== null) return { key: configured, isNew: false, path: null, warning: null };
  const { text, ...file } = readOrMakeKeyFile(dataDir, "encryption.key", () => {
    if (!hasDatabase) return newEncryptionKey();
    throw new Error(
      `There is a database in ${dataDir} but no encryption.key beside it. Put back the file that was there, or give the key as EVENT_SINKS_ENCRYPTION_KEY; without it the stored secrets cannot be opened.`,
    );
  });
  if (!isEncryptionKey(text)) {
    throw new Error(
      `${file.path} does not hold an encryption key (${sealingKeyBytes} bytes as base64). Put back the file that was there; without it the stored secrets cannot be opened.`,
    );
  }
  return { key: new Secret(text), ...file };
}

function newEncryptionKey(): string {
  return randomBytes(sealingKeyBytes).toString("base64");
}

/** True for 32 bytes in base64, with or without padding, in either alphabet. */
export function isEncryptionKey(text: string): boolean {
  return (
    /^[A-Za-z0-9+/_-]+=*$/.test(text) && Buffer.from(text, "base64").length === sealingKeyBytes
  );
}
