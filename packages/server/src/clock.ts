/**
 * Time is passed in, never reached for: the engine, the stores and the HTTP
 * layer take a `Clock`, so that tests step it instead of sleeping.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch, by the wall clock. */
  now(): number;
  /** Calls `run` once, `delayMs` from now. */
  setTimer(delayMs: number, run: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** Node's timers overflow above this many milliseconds and would fire at once. */
const delayMsMax = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(delayMs, run) {
    const handle = setTimeout(run, Math.min(Math.max(delayMs, 0), delayMsMax));
    return { cancel: () => clearTimeout(handle) };
  },
};
