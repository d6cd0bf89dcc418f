import type { Listed } from "./store.ts";

/**
 * Makes a page of `limit + 1` rows that were asked for: the one too many says that more follow.
 * @param keyOf what the next page starts after.
 */
export function toListed<Row, T>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => T,
  keyOf: (item: T) => string,
): Listed<T> {
  const items = rows.slice(0, limit).map(toItem);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? keyOf(last) : null };
}
