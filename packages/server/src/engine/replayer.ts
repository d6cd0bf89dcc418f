/**
 * Moves replays on: one bounded step of the store after another, with a pause in between that
 * leaves the writer to intake and settles. Where a replay has got to is in the store, so
 * whoever starts next goes on from there.
 */

import type { Clock, Timer } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Store } from "../store/store.ts";

export interface Replayer {
  /** A replay was begun. */
  wake(): void;
  /** Ends after the step under way. */
  stop(): Promise<void>;
}

/** Between steps, ms, by what the last one said. */
const pausesMs = {
  moved: 10,
  /** Lanes have enough to do. */
  waiting: 100,
  /** Another node may begin one. */
  idle: 30_000,
  failed: 1_000,
} as const;

export function startReplayer(deps: {
  store: Pick<Store, "advanceReplays">;
  clock: Clock;
  log: Log;
}): Replayer {
  const { store, clock, log } = deps;
  let timer: Timer | null = null;
  let step: Promise<void> | null = null;
  let isStopped = false;
  let isAwaited = false;

  async function takeStep(): Promise<void> {
    isAwaited = false;
    const outcome = await store.advanceReplays({ now: clock.now() }).catch((error: unknown) => {
      log.error({ error }, "replay.step_failed");
      return "failed" as const;
    });
    step = null;
    if (isStopped) return;
    timer = clock.setTimer(isAwaited ? 0 : pausesMs[outcome], run);
  }

  function run(): void {
    timer?.cancel();
    timer = null;
    step = takeStep();
  }

  run();
  return {
    wake() {
      if (isStopped) return;
      isAwaited = true;
      if (step === null) run();
    },
    async stop() {
      isStopped = true;
      timer?.cancel();
      await step;
    },
  };
}
