import { useSyncExternalStore } from "react";

const stepMs = 10_000;
const floor = () => Date.now() - (Date.now() % stepMs);

function watch(onStep: () => void): () => void {
  const timer = setInterval(onStep, stepMs);
  return () => clearInterval(timer);
}

/** The time, in steps of ten seconds, for what says how long ago something was. */
export function useNow(): number {
  return useSyncExternalStore(watch, floor);
}

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000 };

/** A bound of a filter as the API takes it: `24h` and `7d` are counted back from now. */
export function useBound(text: string | undefined): string | undefined {
  const now = useNow();
  const [, count, unit = ""] = /^(\d+)([hd])$/.exec(text ?? "") ?? [];
  if (count === undefined) return text;
  // Whole minutes, so that the list is not asked for anew with every step.
  const bound = now - (now % 60_000) - Number(count) * (unitMs[unit] ?? 0);
  return new Date(bound).toISOString();
}
