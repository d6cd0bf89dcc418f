import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { readKeyFile, readOrMakeKeyFile, replaceKeyFile } from "./key-file.ts";
import { createSealer, sealingKeyBytes } from "./sealer.ts";
import { Secret } from "./secret.ts";

/**
 * The keys that secrets are sealed with come from the settings, or from a file beside the database
 * with one key; while that is being replaced the file has two lines, the new key and the former.
 */
export interface EncryptionKeys {
  /** 32 bytes as base64, for `createSealer`. */
  readonly key: Secret;
  /** Only opens what was sealed with it; null but while keys are rotated. */
  readonly second: Secret | null;
  readonly isNew: boolean;
  /** Where it is kept; null when it came from the settings. */
  readonly path: string | null;
  readonly warning: string | null;
}

interface GivenKeys {
  readonly encryptionKey: Secret | null;
  readonly encryptionKeySecond: Secret | null;
}

const fileName = "encryption.key";

/**
 * The settings' keys, else those kept in `<dataDir>/encryption.key`, which the first start makes.
 * Throws when the file cannot be used.
 * @param hasDatabase there is a database already: a new key could not open its secrets, so a
 * missing file is refused instead of replaced.
 */
export function loadEncryptionKeys(
  given: GivenKeys,
  dataDir: string,
  hasDatabase = false,
): EncryptionKeys {
  const configured = configuredKeys(given);
  if (configured !== null) return configured;
  const { text, ...file } = readOrMakeKeyFile(dataDir, fileName, () => {
    if (!hasDatabase) return newEncryptionKey();
    throw new Error(
      `There is a database in ${dataDir} but no encryption.key beside it. Put back the file that was there, or give the key as EVENT_SINKS_ENCRYPTION_KEY; without it the stored secrets cannot be opened.`,
    );
  });
  return { ...readKeyLines(file.path, text), ...file };
}

/** The same without making anything: null when there is no file. */
export function findEncryptionKeys(given: GivenKeys, dataDir: string): EncryptionKeys | null {
  const configured = configuredKeys(given);
  if (configured !== null) return configured;
  const found = readKeyFile(join(dataDir, fileName));
  if (found === null) return null;
  const { text, ...file } = found;
  return { ...readKeyLines(file.path, text), ...file };
}

function configuredKeys(given: GivenKeys): EncryptionKeys | null {
  const { encryptionKey: key, encryptionKeySecond: second } = given;
  return key === null ? null : { key, second, isNew: false, path: null, warning: null };
}

function readKeyLines(path: string, text: string): Pick<EncryptionKeys, "key" | "second"> {
  const [key = "", second = null, ...rest] = text.split("\n").map((line) => line.trim());
  if (rest.length === 0 && [key, second ?? key].every(isEncryptionKey)) {
    return { key: new Secret(key), second: second === null ? null : new Secret(second) };
  }
  throw new Error(
    `${path} does not hold an encryption key (${sealingKeyBytes} bytes as base64). Put back the file that was there; without it the stored secrets cannot be opened.`,
  );
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

/** Puts a new key before the one in the file; both are there, for good, when this returns. */
export function beginFileRotation(dataDir: string, former: EncryptionKeys): EncryptionKeys {
  const key = newEncryptionKey();
  replaceKeyFile(join(dataDir, fileName), `${key}\n${former.key.reveal()}`);
  return { ...former, key: new Secret(key), second: former.key };
}

/**
 * Leaves only the new key in the file. The former goes into a file of its own, since backups made
 * until now need it. @returns where it is.
 */
export function endFileRotation(dataDir: string, { key, second }: EncryptionKeys): string | null {
  if (second === null) return null;
  const path = join(dataDir, `${fileName}.former-${createSealer(second).keyId}`);
  replaceKeyFile(path, second.reveal());
  replaceKeyFile(join(dataDir, fileName), key.reveal());
  return path;
}
