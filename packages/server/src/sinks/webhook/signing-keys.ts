/**
 * Which keys a webhook sink signs with, and how they are replaced.
 *
 * Every sink has a signing secret (`v1`); one saved with `signature: "v1a"` has a private
 * key too, and its requests carry both kinds of signature. Replaced keys sign on until their
 * overlap ends, so that receivers may change over at any time in between. When each of them
 * stops stands in the settings, newest first; the keys themselves are sealed, under names
 * with the same position.
 */

import { randomBytes } from "node:crypto";
import { numberText } from "../../domain/json.ts";
import type { Secret } from "../../secret.ts";
import type { SinkSettings } from "../sink-type.ts";
import { newPrivateKey, newSigningSecret, publicKeyOf } from "./signature.ts";

/** Replaced keys that may sign at the same time as the present one. */
export const formerKeysMax = 5;

/** What is signed with at one time. */
interface Keys {
  readonly secret: Secret | undefined;
  /** Undefined where only `v1` is signed. */
  readonly privateKey: Secret | undefined;
}

interface FormerKeys extends Keys {
  /** Ms since the epoch. */
  readonly expiresAt: number;
}

const secretName = (position: number) =>
  position === 0 ? "signing_secret" : `former_signing_secret:${position}`;
const privateKeyName = (position: number) =>
  position === 0 ? "signing_key" : `former_signing_key:${position}`;
const expiriesName = "former_signing_keys_expire_at";

/** The settings and secrets of a sink that is saved: its keys kept, and made where there are none yet. */
export function keepSigningKeys(current: SinkSettings | null, signsV1a: boolean): SinkSettings {
  const keys = current === null ? undefined : readKeys(current, 0);
  const present = {
    secret: keys?.secret ?? newSigningSecret(randomBytes(32)),
    privateKey: signsV1a ? (keys?.privateKey ?? newPrivateKey()) : undefined,
  };
  const former = current === null ? [] : readFormer(current);
  return write(present, signsV1a ? former : former.map(withoutPrivateKey));
}

/** Every key that signs at `now` (ms since the epoch), the present ones first. */
export function signingKeys(sink: SinkSettings, now: number): Secret[] {
  return [readKeys(sink, 0), ...stillSigning(sink, now)].flatMap(({ secret, privateKey }) =>
    [secret, privateKey].filter((key) => key !== undefined),
  );
}

/** What receivers need to verify, to be shown to whoever manages the sink. */
export interface VerificationKeys {
  readonly signingSecret: string;
  /** Null for a sink that signs `v1` only. */
  readonly publicKey: string | null;
  /** When the newest of the replaced keys stops signing, ms since the epoch; null when none signs. */
  readonly previousExpiresAt: number | null;
}

/** Reveals the signing secret. Undefined for a sink without one. */
export function verificationKeys(sink: SinkSettings, now: number): VerificationKeys | undefined {
  const { secret, privateKey } = readKeys(sink, 0);
  if (secret === undefined) return undefined;
  return {
    signingSecret: secret.reveal(),
    publicKey: privateKey === undefined ? null : publicKeyOf(privateKey),
    previousExpiresAt: stillSigning(sink, now)[0]?.expiresAt ?? null,
  };
}

export type Rotation =
  | { readonly kind: "rotated"; readonly sink: SinkSettings; readonly previousExpiresAt: number }
  /** As many former keys sign as may; the first of them stops at `firstExpiresAt`. */
  | { readonly kind: "too_many"; readonly firstExpiresAt: number };

/**
 * New keys for a sink. The present ones sign on for `overlapMs`; with 0 they and all former
 * ones stop at once, as after a leak.
 */
export function rotateSigningKeys(sink: SinkSettings, now: number, overlapMs: number): Rotation {
  const keys = readKeys(sink, 0);
  const still = overlapMs === 0 ? [] : stillSigning(sink, now);
  if (still.length >= formerKeysMax) {
    return { kind: "too_many", firstExpiresAt: Math.min(...still.map((one) => one.expiresAt)) };
  }
  const previousExpiresAt = now + overlapMs;
  const former = overlapMs === 0 ? [] : [{ ...keys, expiresAt: previousExpiresAt }, ...still];
  const fresh = {
    secret: newSigningSecret(randomBytes(32)),
    privateKey: keys.privateKey === undefined ? undefined : newPrivateKey(),
  };
  const written = write(fresh, former);
  const rest = withoutKeys(sink);
  const rotated = {
    settings: { ...rest.settings, ...written.settings },
    secrets: { ...written.secrets, ...rest.secrets },
  };
  return { kind: "rotated", sink: rotated, previousExpiresAt };
}

function readKeys({ secrets }: SinkSettings, position: number): Keys {
  return { secret: secrets[secretName(position)], privateKey: secrets[privateKeyName(position)] };
}

function readFormer(sink: SinkSettings): FormerKeys[] {
  const expiries = sink.settings[expiriesName];
  if (!Array.isArray(expiries)) return [];
  return expiries.map((expiresAt, index) => ({
    ...readKeys(sink, index + 1),
    expiresAt: Number(numberText(expiresAt) ?? 0),
  }));
}

function stillSigning(sink: SinkSettings, now: number): FormerKeys[] {
  return readFormer(sink).filter(({ expiresAt }) => expiresAt > now);
}

function withoutPrivateKey(keys: FormerKeys): FormerKeys {
  return { ...keys, privateKey: undefined };
}

function write(present: Keys, former: readonly FormerKeys[]): SinkSettings {
  const secrets = [present, ...former].flatMap(({ secret, privateKey }, position) => [
    ...(secret === undefined ? [] : [[secretName(position), secret] as const]),
    ...(privateKey === undefined ? [] : [[privateKeyName(position), privateKey] as const]),
  ]);
  const expiries = former.map(({ expiresAt }) => expiresAt);
  return {
    settings: expiries.length === 0 ? {} : { [expiriesName]: expiries },
    secrets: Object.fromEntries(secrets),
  };
}

/** What of a sink has nothing to do with its keys. */
function withoutKeys(sink: SinkSettings): SinkSettings {
  const positions = [0, ...readFormer(sink).map((_, index) => index + 1)];
  const names = new Set(positions.flatMap((one) => [secretName(one), privateKeyName(one)]));
  const { [expiriesName]: _, ...settings } = sink.settings;
  const secrets = Object.entries(sink.secrets).filter(([name]) => !names.has(name));
  return { settings, secrets: Object.fromEntries(secrets) };
}
