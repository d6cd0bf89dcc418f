import { randomFillSync } from "node:crypto";
import { v7 } from "uuid";
import { systemClock } from "./clock.ts";

/** A string that is known to be one kind of id; the brand exists for the compiler only. */
type Id<Kind extends string> = string & { readonly __kind?: Kind };

export type TenantId = Id<"tenant">;
export type EventSinkId = Id<"event_sink">;
export type AlertUid = Id<"alert">;
export type DeliveryId = Id<"delivery">;
export type SlackIntegrationId = Id<"slack_integration">;
export type ReplayId = Id<"replay">;
export type ApiKeyId = Id<"api_key">;

const uuidBytes = 16;
/** Randomness is fetched for many ids at a time: for each alone it took a ninth of the HTTP thread under load. */
const pool = Buffer.alloc(uuidBytes * 512);
let poolAt = pool.length;

function randomOfId(): Buffer {
  if (poolAt === pool.length) {
    randomFillSync(pool);
    poolAt = 0;
  }
  poolAt += uuidBytes;
  return pool.subarray(poolAt - uuidBytes, poolAt);
}

let lastMs = 0;
/** Counts within a millisecond, from a random start below 2^31. */
let lastSeq = 0;
const seqMax = 2 ** 32 - 1;

/**
 * A new UUIDv7. Within one process ids only grow (RFC 9562 section 6.2, method 1),
 * so sorting by id is sorting by creation; the queue relies on it for order.
 */
export function newId(): string {
  const random = randomOfId();
  const now = systemClock.now();
  if (now > lastMs || lastSeq === seqMax) {
    lastMs = Math.max(now, lastMs + 1);
    lastSeq = random.readUInt32BE(0) >>> 1;
  } else lastSeq += 1;
  return v7({ random, msecs: lastMs, seq: lastSeq });
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for any RFC 9562 spelling of a UUID, whatever its version (the nil UUID included). */
export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}
