import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Settlement, SettleResult, Store } from "../store/store.ts";
import { engineLimits } from "./limits.ts";

export interface Settler {
  /**
   * Resolves when the store has it. While the store is unavailable it tries again for as
   * long as the process lives: what an attempt found is too dear to forget.
   */
  settle(settlement: Settlement): Promise<SettleResult>;
  /** Stops trying again: what cannot be settled now rejects. */
  giveUp(): void;
}

/** Gathers settlements of one turn of the event loop into one call to the store. */
export function createSettler(deps: {
  store: Pick<Store, "settle">;
  clock: Clock;
  log: Log;
}): Settler {
  interface Waiting {
    readonly settlement: Settlement;
    readonly resolve: (result: SettleResult) => void;
    readonly reject: (error: unknown) => void;
  }
  let gathered: Waiting[] = [];
  let isGivingUp = false;

  async function flush(): Promise<void> {
    const batch = gathered;
    gathered = [];
    try {
      const results = await deps.store.settle({
        settlements: batch.map(({ settlement }) => settlement),
      });
      batch.forEach(({ resolve }, index) => {
        resolve(results[index] ?? "stale");
      });
    } catch (error) {
      if (isGivingUp) {
        for (const { reject } of batch) reject(error);
        return;
      }
      deps.log.error({ error, settlements: batch.length }, "engine.settle_failed");
      deps.clock.setTimer(engineLimits.storeRetryMs, () => gather(batch));
    }
  }

  function gather(more: readonly Waiting[]): void {
    if (gathered.length === 0) setImmediate(() => void flush());
    gathered.push(...more);
  }

  return {
    settle: (settlement) =>
      new Promise((resolve, reject) => gather([{ settlement, resolve, reject }])),
    giveUp() {
      isGivingUp = true;
    },
  };
}
