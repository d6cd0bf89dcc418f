const steps = [
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
] as const;

/** A length of time in the unit that suits it. */
export function duration(ms: number): string {
  const [unit, unitMs] = steps.find(([, length]) => ms >= length) ?? ["ms", 1];
  const count = ms / unitMs;
  return `${count.toLocaleString(undefined, { maximumSignificantDigits: 2 })} ${unit}`;
}
