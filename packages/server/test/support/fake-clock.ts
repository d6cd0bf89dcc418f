import type { Clock } from "../../src/clock.ts";

export interface FakeClock extends Clock {
  /** Moves time forward, firing timers that fall due, in order, at their own instants. */
  advance(ms: number): void;
  /** Sets the wall clock without firing timers, as an operator or NTP might, either way. */
  jumpTo(at: number): void;
  /** When the next timer fires, null when none is set. */
  nextTimerAt(): number | null;
}

/** A clock that only moves when told. Starts at a fixed instant, so that runs repeat. */
export function createFakeClock(startAt = Date.UTC(2026, 0, 1)): FakeClock {
  let wall = startAt;
  let elapsed = 0;
  const timers = new Set<{ at: number; run: () => void }>();

  const next = () =>
    [...timers].reduce<{ at: number; run: () => void } | null>(
      (first, timer) => (first === null || timer.at < first.at ? timer : first),
      null,
    );

  return {
    now: () => wall,
    setTimer(delayMs, run) {
      const timer = { at: elapsed + Math.max(delayMs, 0), run };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
    advance(ms) {
      const until = elapsed + ms;
      for (let timer = next(); timer !== null && timer.at <= until; timer = next()) {
        timers.delete(timer);
        wall += timer.at - elapsed;
        elapsed = timer.at;
        timer.run();
      }
      wall += until - elapsed;
      elapsed = until;
    },
    jumpTo(at) {
      wall = at;
    },
    nextTimerAt() {
      const timer = next();
      return timer === null ? null : wall + timer.at - elapsed;
    },
  };
}
