import type { Clock } from "../clock.ts";
import { ApiError } from "../errors.ts";
import type { AcceptResult, NewAlert, Store } from "../store/store.ts";

/** Hands alerts to the store, those that come in together in one call. */
export interface AlertIntake {
  /** Resolves when the alert is on disk. Rejects with `StoreUnavailable` when it cannot be stored. */
  accept(alert: NewAlert): Promise<AcceptResult>;
}

/** Alerts in one call to the store. */
const alertsPerCallMax = 1_000;

/**
 * Characters of alert bodies waiting for the store. Beyond this the store is far behind,
 * and refusing (the caller retries) beats running out of memory with all that was taken.
 */
const waitingCharsMax = 128 * 1024 * 1024;

interface Waiting {
  readonly alert: NewAlert;
  readonly resolve: (result: AcceptResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Requests that are read in one turn of the event loop cross to the store's thread in
 * one message: that costs a turn's wait, and saves a message and a promise for each.
 */
export function createAlertIntake(store: Store, clock: Clock): AlertIntake {
  let waiting: Waiting[] = [];
  let waitingChars = 0;

  async function handOver(batch: readonly Waiting[]): Promise<void> {
    try {
      const alerts = batch.map((one) => one.alert);
      const results = await store.acceptAlerts({ alerts, now: clock.now() });
      batch.forEach((one, index) => {
        const result = results[index];
        if (result === undefined) one.reject(new Error("The store gave no result for an alert."));
        else one.resolve(result);
      });
    } catch (error) {
      for (const one of batch) one.reject(error);
    } finally {
      for (const one of batch) waitingChars -= one.alert.alert.body.length;
    }
  }

  function flush(): void {
    const all = waiting;
    waiting = [];
    for (let start = 0; start < all.length; start += alertsPerCallMax) {
      void handOver(all.slice(start, start + alertsPerCallMax));
    }
  }

  return {
    accept(alert) {
      if (waitingChars > waitingCharsMax) {
        const message = "The store is behind with what came in; send the alert again in a moment.";
        return Promise.reject(new ApiError("unavailable", message, { retryAfterS: 1 }));
      }
      waitingChars += alert.alert.body.length;
      return new Promise((resolve, reject) => {
        waiting.push({ alert, resolve, reject });
        if (waiting.length === 1) setImmediate(flush);
      });
    },
  };
}
