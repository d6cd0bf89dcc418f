import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import {
  type Settlement,
  type SettleResult,
  type Store,
  StoreUnavailable,
} from "../store/store.ts";
import { engineLimits } from "./limits.ts";

export interface Settler {
  /**
   * Resolves when the store has it. While the store is unavailable it tries again for as
   * long as the process lives: what an attempt found is too dear to forget. Rejects when the
   * store cannot take it for a reason of its own (a bug), or after `giveUp`.
   */
  settle(settlement: Settlement): Promise<SettleResult>;
  /** Stops trying again: what cannot be settled now rejects. */
  giveUp(): void;
}

interface Waiting {
  readonly settlement: Settlement;
  readonly resolve: (result: SettleResult) => void;
  readonly reject: (error: unknown) => void;
}

/** Gathers settlements of one turn of the event loop into one call to the store. */
export function createSettler(deps: {
  store: Pick<Store, "settle">;
  clock: Clock;
  log: Log;
}): Settler {
  let gathered: Waiting[] = [];
  let isGivingUp = false;

  async function settleAll(batch: readonly Waiting[]): Promise<void> {
    try {
      const settlements = batch.map(({ settlement }) => settlement);
      const results = await deps.store.settle({ settlements });
      batch.forEach(({ resolve }, index) => {
        resolve(results[index] ?? "stale");
      });
    } catch (error) {
      recover(batch, error);
    }
  }

  function recover(batch: readonly Waiting[], error: unknown): void {
    const isAway = error instanceof StoreUnavailable;
    deps.log.error({ error, settlements: batch.length }, "engine.settle_failed");
    if (isAway && !isGivingUp) {
      deps.clock.setTimer(engineLimits.storeRetryMs, () => gather(batch));
    } else if (!isAway && batch.length > 1) {
      // One of them is at fault: the others must not wait for it.
      for (const one of batch) void settleAll([one]);
    } else {
      for (const { reject } of batch) reject(error);
    }
  }

  function flush(): void {
    const batch = gathered;
    gathered = [];
    void settleAll(batch);
  }

  function gather(more: readonly Waiting[]): void {
    if (gathered.length === 0) setImmediate(flush);
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
