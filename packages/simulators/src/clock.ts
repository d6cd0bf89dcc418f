/**
 * The simulators' own notion of time. It has the shape of the server's clock, so that a test
 * can hand one fake clock to both, without importing anything from the code under judgement.
 */
export interface SimulatorClock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  setTimer(delayMs: number, run: () => void): { cancel(): void };
}

export const realClock: SimulatorClock = {
  now: () => Date.now(),
  setTimer(delayMs, run) {
    const handle = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
};
