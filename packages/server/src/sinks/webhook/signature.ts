import { createHmac } from "node:crypto";
import { Secret } from "../../secret.ts";

/**
 * Standard Webhooks 1.0.0 (standardwebhooks.com, spec read 2026-08): `v1` signatures,
 * HMAC-SHA256 over `id.timestamp.body`.
 */

const secretPrefix = "whsec_";

/** A signing secret in the form receivers paste: `whsec_` and base64. The spec asks for 24 to 64 random bytes. */
export function newSigningSecret(bytes: Buffer): Secret {
  return new Secret(secretPrefix + bytes.toString("base64"));
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
 * @param secrets - all that are valid now: while one replaces another, both sign, and the
 * header lists both signatures.
 */
export function signatureHeaders(
  { id, now, body }: SignedInput,
  secrets: readonly Secret[],
): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.reveal().slice(secretPrefix.length), "base64");
    const hmac = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body);
    return `v1,${hmac.digest("base64")}`;
  });
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
}
