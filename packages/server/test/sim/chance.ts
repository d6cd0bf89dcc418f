/** Chance that repeats: the same seed gives the same numbers (mulberry32). */
export interface Chance {
  /** 0 ≤ number < 1. */
  random(): number;
  /** A whole number, both ends included. */
  between(low: number, high: number): number;
  isOneIn(count: number): boolean;
  pick<T>(choices: readonly T[]): T;
}

export function createChance(seed: number): Chance {
  let state = (seed * 0x9e3779b1) >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  return {
    random,
    between,
    isOneIn: (count) => random() * count < 1,
    pick: (choices) => choices[between(0, choices.length - 1)] as (typeof choices)[number],
  };
}
