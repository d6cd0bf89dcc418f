/**
 * Calls with wrong keys, counted by the address they come from.
 *
 * Past a burst, an address is told 429 instead of 401, and the log tells of those with `debug`
 * only: whoever tries keys, or a client left behind with a revoked one, must not fill it. What
 * keeps keys from being guessed is their length. A right key is never held up, since many
 * clients may share an address, a proxy's for one, with the one that has a wrong key.
 */

import { isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";
import type { Clock } from "../../clock.ts";
import { ApiError } from "../../errors.ts";

/** So many wrong keys are taken from an address at once, and one more each second. */
export const wrongKeysBurst = 60;
const regainMs = 1_000;

/** Beyond this, who has been silent for longest is forgotten. */
const addressesMax = 10_000;

export interface WrongKeys {
  /** Counts a wrong key. @returns what to answer instead of the 401; null for the 401. */
  count(address: string): ApiError | null;
}

export function createWrongKeys(clock: Clock): WrongKeys {
  /** When all that an address has used will be regained; the latest to call stands last. */
  const regainedAt = new Map<string, number>();
  return {
    count(address) {
      const now = clock.now();
      const caller = callerOf(address);
      const mostLate = now + wrongKeysBurst * regainMs;
      // No later than that, should the clock have been set back.
      const known = Math.min(regainedAt.get(caller) ?? now, mostLate);
      const next = Math.max(known, now) + regainMs;
      regainedAt.delete(caller);
      regainedAt.set(caller, Math.min(next, mostLate));
      const oldest = regainedAt.keys().next();
      if (regainedAt.size > addressesMax && oldest.done !== true) regainedAt.delete(oldest.value);
      return next <= mostLate ? null : tooMany(next - mostLate);
    },
  };
}

function tooMany(waitMs: number): ApiError {
  return new ApiError(
    "rate_limited",
    "Too many calls with wrong keys came from your address: use a key that is known here.",
    { retryAfterS: Math.ceil(waitMs / 1_000) },
  );
}

/** An IPv6 caller has a whole /64 to call from. */
function callerOf(address: string): string {
  if (!isIPv6(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed.kind() === "ipv4" ? parsed.toString() : parsed.toByteArray().slice(0, 8).join(".");
}
