import type { Clock } from "../../clock.ts";

/** Keeps look-ups of the store for a short time. */
export interface LookupCache<Value> {
  /** What is kept, else what the store says; null when there is none, which is never kept. */
  get(key: string): Promise<Value | null>;
  /** A look-up that began after `stale` was had: something may be there that it does not show. */
  renew(key: string, stale: Value): Promise<Value | null>;
  /** To be called after a write that changes what `key` leads to, and before it is answered. */
  forget(key: string): void;
}

/**
 * A look-up is kept from the moment it *starts*. So a look-up that raced with a write is
 * there to be forgotten when the write is done, and what it read too early never stays.
 * @param ageMsMax bounds how long a write by another node goes unseen.
 */
export function createLookupCache<Value>(options: {
  load: (key: string) => Promise<Value | null>;
  clock: Clock;
  ageMsMax: number;
  entriesMax: number;
}): LookupCache<Value> {
  const { load, clock, ageMsMax, entriesMax } = options;
  interface Entry {
    readonly value: Promise<Value | null>;
    readonly at: number;
    /** Once it is there. */
    found?: Value | null;
  }
  const kept = new Map<string, Entry>();

  const cache: LookupCache<Value> = {
    get(key) {
      const known = kept.get(key);
      const ageMs = known === undefined ? 0 : clock.now() - known.at;
      // A clock that went backwards would keep an entry for longer than its age.
      if (known !== undefined && ageMs >= 0 && ageMs < ageMsMax) return known.value;
      const entry: Entry = { value: load(key), at: clock.now() };
      kept.delete(key);
      kept.set(key, entry);
      const drop = () => {
        if (kept.get(key) === entry) kept.delete(key);
      };
      entry.value.then((value) => {
        entry.found = value;
        if (value === null) drop();
      }, drop);
      const oldest = kept.keys().next();
      if (kept.size > entriesMax && oldest.done !== true) kept.delete(oldest.value);
      return entry.value;
    },
    renew(key, stale) {
      if (kept.get(key)?.found === stale) kept.delete(key);
      return cache.get(key);
    },
    forget(key) {
      kept.delete(key);
    },
  };
  return cache;
}
