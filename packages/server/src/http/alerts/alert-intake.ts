import type { Clock } from "../../clock.ts";
import type { AcceptResult, NewAlert, Store } from "../../store/store.ts";

/** Hands alerts to the store, those that come in together in one call. */
export interface AlertIntake {
  /** Resolves when the alert is on disk. Rejects with `StoreUnavailable` when it cannot be stored. */
  accept(alert: NewAlert): Promise<AcceptResult>;
}

/** Alerts in one call to the store: a share of a transaction, so that what is more urgent gets between. */
const alertsPerCallMax = 250;

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
      return new Promise((resolve, reject) => {
        waiting.push({ alert, resolve, reject });
        if (waiting.length === 1) setImmediate(flush);
      });
    },
  };
}
