import {
  createHmac,
  createPrivateKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from "node:crypto";
import { Secret } from "../../secret.ts";

/**
 * Standard Webhooks 1.0.0 (standardwebhooks.com, spec/standard-webhooks.md, read 2026-11):
 * `v1` is HMAC-SHA256, `v1a` ed25519, both over `id.timestamp.body`. The prefix of a secret
 * tells which of the two it signs.
 */

const secretPrefix = "whsec_";
const privateKeyPrefix = "whsk_";
const publicKeyPrefix = "whpk_";

const seedBytes = 32;

/** A signing secret in the form receivers paste: `whsec_` and base64. The spec asks for 24 to 64 random bytes. */
export function newSigningSecret(bytes: Buffer): Secret {
  return new Secret(secretPrefix + bytes.toString("base64"));
}

/**
 * A new ed25519 private key: `whsk_` and base64 of seed and public key, 64 bytes, as Svix's
 * server writes it (svix-webhooks, server/README.md, read 2026-11; the spec says "base64" only).
 */
export function newPrivateKey(): Secret {
  const { d = "", x = "" } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  const bytes = Buffer.concat([Buffer.from(d, "base64url"), Buffer.from(x, "base64url")]);
  return new Secret(privateKeyPrefix + bytes.toString("base64"));
}

/** What receivers verify `v1a` with: `whpk_` and base64 of 32 bytes. No secret. */
export function publicKeyOf(privateKey: Secret): string {
  return (
    publicKeyPrefix + bytesOf(privateKey, privateKeyPrefix).subarray(seedBytes).toString("base64")
  );
}

export interface SignedInput {
  /** The same over all tries, so that receivers can drop repeats. Contains no `.`. */
  readonly id: string;
  /** When this attempt is made, ms since the epoch. */
  readonly now: number;
  readonly body: string;
}

/**
 * The three headers of a signed request.
 * @param secrets - all that sign now, `whsec_` and `whsk_`: while one replaces another both
 * do, and the header lists a signature for each.
 */
export function signatureHeaders(
  { id, now, body }: SignedInput,
  secrets: readonly Secret[],
): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const signatures = secrets.map((secret) =>
    isPrivateKey(secret)
      ? `v1a,${sign(null, Buffer.from(`${id}.${timestamp}.${body}`), keyObject(secret)).toString("base64")}`
      : `v1,${hmac(secret, `${id}.${timestamp}.${body}`)}`,
  );
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
}

function hmac(secret: Secret, signed: string): string {
  return createHmac("sha256", hmacKey(secret)).update(signed).digest("base64");
}

function isPrivateKey(secret: Secret): boolean {
  return secret.reveal().startsWith(privateKeyPrefix);
}

function bytesOf(secret: Secret, prefix: string): Buffer {
  return Buffer.from(secret.reveal().slice(prefix.length), "base64");
}

/** Importing a private key costs as much as signing with it, and a sink's secrets live as long as its lane. */
const keyObjects = new WeakMap<Secret, KeyObject>();

function hmacKey(secret: Secret): KeyObject {
  const known = keyObjects.get(secret);
  if (known !== undefined) return known;
  const made = createSecretKey(bytesOf(secret, secretPrefix));
  keyObjects.set(secret, made);
  return made;
}

function keyObject(privateKey: Secret): KeyObject {
  const known = keyObjects.get(privateKey);
  if (known !== undefined) return known;
  const bytes = bytesOf(privateKey, privateKeyPrefix);
  const d = bytes.subarray(0, seedBytes).toString("base64url");
  const x = bytes.subarray(seedBytes).toString("base64url");
  const made = createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", d, x }, format: "jwk" });
  keyObjects.set(privateKey, made);
  return made;
}
