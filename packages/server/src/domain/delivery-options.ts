/**
 * How a sink's owner wants deliveries made, where it differs from what its type does: stored as
 * `delivery` among the sink's settings, in the form of the wire, and only what was set.
 */

import { isJsonObject, type JsonObject } from "./json.ts";

export interface DeliveryOptions {
  /** Attempts at a time. */
  readonly concurrency: number | null;
  readonly ratePerMinute: number | null;
  /** For one request. */
  readonly timeoutMs: number | null;
  /** Before the 2nd, 3rd, … try; when they are used up the delivery fails. */
  readonly retryDelaysMs: readonly number[] | null;
}

/** What is set; all null where nothing is. Values were checked when the sink was saved. */
export function readDeliveryOptions(settings: JsonObject): DeliveryOptions {
  const given = settings["delivery"];
  const options = isJsonObject(given) ? given : {};
  const delays = options["retry_delays_seconds"];
  const timeoutS = numberOf(options["timeout_seconds"]);
  return {
    concurrency: numberOf(options["concurrency"]),
    ratePerMinute: numberOf(options["rate_per_minute"]),
    timeoutMs: timeoutS === null ? null : timeoutS * 1_000,
    retryDelaysMs: Array.isArray(delays) ? delays.map((delay) => Number(delay) * 1_000) : null,
  };
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
