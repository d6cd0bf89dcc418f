/**
 * Forgets what is older than the retention: once an hour a pass of bounded steps of the store, with
 * a pause after each. A step waits in the writer's queue like any other call, and the next is
 * asked for only once it was answered, so it never holds up more than its own few milliseconds.
 */

import type { Clock, Timer } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Store } from "../store/store.ts";

/** Between steps: at 100 to 200 rows a step it keeps up with thousands of alerts a second. */
const stepPauseMs = 25;
const passPauseMs = 3_600_000;
const dayMs = 24 * passPauseMs;
/** After a step that failed. */
const faultPauseMs = 10_000;

export interface Pruner {
  /** Ends after the step under way. */
  stop(): Promise<void>;
}

type Progress =
  | { readonly part: "prune"; readonly after: string | null }
  | { readonly part: "free" };

export function startPruner(deps: {
  store: Pick<Store, "pruneOld" | "freeSpace">;
  clock: Clock;
  log: Log;
  /** Of tenants that have none of their own. */
  retentionDays: number;
  auditRetentionDays: number;
}): Pruner {
  const { store, clock, log } = deps;
  const retentionMs = deps.retentionDays * dayMs;
  const auditRetentionMs = deps.auditRetentionDays * dayMs;
  const start: Progress = { part: "prune", after: null };
  let progress: Progress = start;
  let counts = { pruned: 0, expired: 0 };
  let timer: Timer | null = null;
  let step: Promise<void> = Promise.resolve();
  let isStopped = false;

  /** @returns how long to wait for the next one. */
  async function takeStep(): Promise<number> {
    if (progress.part === "free") {
      if (await store.freeSpace({})) return stepPauseMs;
      endPass();
      return passPauseMs;
    }
    const { after } = progress;
    const done = await store.pruneOld({ now: clock.now(), retentionMs, auditRetentionMs, after });
    counts.pruned += done.prunedCount;
    counts.expired += done.expiredCount;
    progress = done.next === null ? { part: "free" } : { part: "prune", after: done.next };
    return stepPauseMs;
  }

  function endPass(): void {
    if (counts.pruned + counts.expired > 0) {
      log.info(
        { pruned_alerts: counts.pruned, expired_deliveries: counts.expired },
        "retention.pruned",
      );
    }
    counts = { pruned: 0, expired: 0 };
    progress = start;
  }

  async function run(): Promise<void> {
    const pauseMs = await takeStep().catch((error: unknown) => {
      log.error({ error }, "retention.step_failed");
      return faultPauseMs;
    });
    if (!isStopped) timer = clock.setTimer(pauseMs, go);
  }

  function go(): void {
    step = run();
  }

  go();
  return {
    async stop() {
      isStopped = true;
      timer?.cancel();
      await step;
    },
  };
}
