/**
 * Secrets at rest.
 *
 * A record's secrets are sealed together with AES-256-GCM under a fresh 96-bit nonce, as
 * `v1.<key id>.<base64url of nonce, ciphertext and tag>`. The record's tenant and id are
 * authenticated along with it, so a sealed text that is copied into another record, or that
 * another key or a changed database made, does not open. The key id tells keys apart, for
 * rotation and for saying which key is missing; it gives nothing of the key away.
 *
 * Rotation. A sealer may know a second key, which opens what it sealed but seals nothing. So a new
 * key can be put to use while records under the former are sealed anew (`store/seal-anew.ts`).
 */

import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { Secret, type Secrets } from "./secret.ts";

/** The record that secrets belong to; an event sink or a Slack integration is one. */
export interface SealContext {
  /** Null for what belongs to the operator. */
  readonly tenantId: string | null;
  readonly id: string;
}

export interface Sealer {
  /** Of the key that seals. */
  readonly keyId: string;
  seal(secrets: Secrets, context: SealContext): string;
  /** Throws `SealError`. */
  unseal(text: string, context: SealContext): Secrets;
}

/** Why a sealed text did not open: a sentence for the operator, without any of the text. */
export class SealError extends Error {
  readonly problem: "unreadable" | "wrong_key" | "tampered";

  constructor(problem: SealError["problem"], message: string) {
    super(message);
    this.name = "SealError";
    this.problem = problem;
  }
}

export const sealingKeyBytes = 32;

const format = "v1";
const algorithm = "aes-256-gcm";
/** What NIST SP 800-38D section 5.2.1.1 asks for: with random nonces, good for 2^32 records a key. */
const nonceBytes = 12;
const tagBytes = 16;

interface Key {
  readonly id: string;
  readonly bytes: Buffer;
}

function readKey(given: Secret | Buffer): Key {
  const bytes =
    given instanceof Secret ? Buffer.from(given.reveal(), "base64") : Buffer.from(given);
  if (bytes.length !== sealingKeyBytes) {
    throw new Error(`The encryption key must be ${sealingKeyBytes} bytes, in base64.`);
  }
  const hash = createHash("sha256").update("event-sinks key id\n").update(bytes).digest("hex");
  return { id: hash.slice(0, 8), bytes };
}

/**
 * @param key 32 bytes, or their base64 text.
 * @param second another key, which only opens.
 * Throws when one is of another length.
 */
export function createSealer(key: Secret | Buffer, second: Secret | Buffer | null = null): Sealer {
  const { id: keyId, bytes: keyBytes } = readKey(key);
  const keys = new Map([second ?? key, key].map(readKey).map(({ id, bytes }) => [id, bytes]));

  return {
    keyId,
    seal(secrets, context) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, keyBytes, nonce, { authTagLength: tagBytes });
      cipher.setAAD(contextBytes(keyId, context));
      const ciphertext = [cipher.update(secretsText(secrets), "utf8"), cipher.final()];
      const sealed = Buffer.concat([nonce, ...ciphertext, cipher.getAuthTag()]);
      return `${format}.${keyId}.${sealed.toString("base64url")}`;
    },
    unseal(text, context) {
      const { usedKeyId, sealed } = readSealed(text);
      const usedKey = keys.get(usedKeyId);
      if (usedKey === undefined) throw wrongKey(usedKeyId, keyId);
      const nonce = sealed.subarray(0, nonceBytes);
      const ciphertext = sealed.subarray(nonceBytes, -tagBytes);
      const decipher = createDecipheriv(algorithm, usedKey, nonce, { authTagLength: tagBytes });
      decipher.setAAD(contextBytes(usedKeyId, context));
      decipher.setAuthTag(sealed.subarray(-tagBytes));
      return readSecrets(decipher.update(ciphertext), () => decipher.final());
    },
  };
}

function contextBytes(keyId: string, { tenantId, id }: SealContext): Buffer {
  return Buffer.from(JSON.stringify([format, keyId, tenantId, id]));
}

function secretsText(secrets: Secrets): string {
  const revealed = Object.entries(secrets).map(([name, secret]) => [name, secret.reveal()]);
  return JSON.stringify(revealed);
}

/** What every text starts with that was sealed with this key. */
export function sealedPrefix({ keyId }: Pick<Sealer, "keyId">): string {
  return `${format}.${keyId}.`;
}

function readSealed(text: string): { usedKeyId: string; sealed: Buffer } {
  const [version, usedKeyId, payload, ...rest] = text.split(".");
  if (version !== format || usedKeyId === undefined || payload === undefined || rest.length > 0) {
    throw new SealError("unreadable", "A stored secret is not in a form this version can read.");
  }
  const sealed = Buffer.from(payload, "base64url");
  if (sealed.length >= nonceBytes + tagBytes) return { usedKeyId, sealed };
  throw new SealError("tampered", "A stored secret is cut short.");
}

function wrongKey(usedKeyId: string, ownKeyId: string): SealError {
  return new SealError(
    "wrong_key",
    `A stored secret was sealed with encryption key ${usedKeyId}, but the key in use is ${ownKeyId}.`,
  );
}

function readSecrets(start: Buffer, end: () => Buffer): Secrets {
  let text: string;
  try {
    text = Buffer.concat([start, end()]).toString("utf8");
  } catch {
    throw new SealError(
      "tampered",
      "A stored secret was changed, or moved here from another record; it cannot be opened.",
    );
  }
  // Only this module writes what the key authenticates.
  const entries = JSON.parse(text) as [string, string][];
  return Object.fromEntries(entries.map(([name, value]) => [name, new Secret(value)]));
}

const canaryContext: SealContext = { tenantId: null, id: "canary" };

/** A sealed text to keep in the store, by which a later start knows its key. */
export function canaryText(sealer: Sealer): string {
  return sealer.seal({ canary: new Secret("canary") }, canaryContext);
}

/**
 * Throws `SealError` unless `text` is a canary of this sealer's key, with the cure: a start with
 * another key would go well until the first delivery.
 */
export function checkCanary(sealer: Sealer, text: string): void {
  try {
    sealer.unseal(text, canaryContext);
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    throw new SealError(
      error.problem,
      `The encryption key is not the one this database was made with. ${error.message} ` +
        "Start with the former key: EVENT_SINKS_ENCRYPTION_KEY, or the file encryption.key beside the database. " +
        "While keys are rotated both are needed: give the other one as EVENT_SINKS_ENCRYPTION_KEY_SECOND.",
    );
  }
}
