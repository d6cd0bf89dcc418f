import { createHmac, createPublicKey, timingSafeEqual, verify } from "node:crypto";

/** What a check of a request against Standard Webhooks 1.0.0 found. */
export type Verification =
  | { readonly ok: true; readonly id: string; readonly timestampS: number }
  | { readonly ok: false; readonly problem: string };

export interface SignatureKeys {
  /** `whsec_<base64>`; several while a secret is being rotated. */
  readonly secrets: readonly string[];
  /** `whpk_<base64>`, for `v1a`. */
  readonly publicKeys: readonly string[];
}

const toleranceS = 5 * 60;
/** What turns the 32 bytes of an ed25519 key into the DER that node:crypto reads (RFC 8410). */
const ed25519Prefix = Buffer.from("302a300506032b6570032100", "hex");

const keyBytes = (key: string) => Buffer.from(key.replace(/^wh(sec|pk)_/, ""), "base64");

/**
 * Checks the three headers and that at least one signature in the list is right
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
 * `nowMs` is the receiver's clock; timestamps further off than five minutes are replays.
 */
export function verifySignature(
  headers: Readonly<Record<string, string>>,
  bytes: Buffer,
  keys: SignatureKeys,
  nowMs: number,
): Verification {
  const id = headers["webhook-id"];
  const timestamp = headers["webhook-timestamp"];
  const signatures = headers["webhook-signature"];
  if (id === undefined || timestamp === undefined || signatures === undefined) {
    return { ok: false, problem: "missing required headers" };
  }
  if (id === "" || id.includes(".")) return { ok: false, problem: "unusable webhook-id" };
  if (!/^\d{1,12}$/.test(timestamp)) return { ok: false, problem: "unusable webhook-timestamp" };
  const timestampS = Number(timestamp);
  if (Math.abs(nowMs / 1000 - timestampS) > toleranceS) {
    return { ok: false, problem: "timestamp outside the tolerance of five minutes" };
  }
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), bytes]);
  const isSigned = signatures.split(" ").some((entry) => isRight(entry, signed, keys));
  return isSigned
    ? { ok: true, id, timestampS }
    : { ok: false, problem: "no matching signature found" };
}

function isRight(entry: string, signed: Buffer, keys: SignatureKeys): boolean {
  const comma = entry.indexOf(",");
  const version = entry.slice(0, comma);
  const signature = Buffer.from(entry.slice(comma + 1), "base64");
  if (version === "v1") {
    return keys.secrets.some((secret) => {
      const expected = createHmac("sha256", keyBytes(secret)).update(signed).digest();
      return expected.length === signature.length && timingSafeEqual(expected, signature);
    });
  }
  if (version !== "v1a") return false;
  return keys.publicKeys.some((key) => {
    const der = Buffer.concat([ed25519Prefix, keyBytes(key)]);
    return verify(
      null,
      signed,
      createPublicKey({ key: der, format: "der", type: "spki" }),
      signature,
    );
  });
}
