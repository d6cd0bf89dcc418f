/** What every address may carry: whose data is shown, and each page's filters. */
export interface Search {
  readonly tenant?: string | undefined;
  readonly q?: string | undefined;
  readonly severity?: string | undefined;
  readonly state?: string | undefined;
  readonly reason?: string | undefined;
  readonly sink?: string | undefined;
  readonly key?: string | undefined;
  readonly tag?: string | undefined;
}

/** Every name of `Search`. */
export const searchNames = [
  "tenant",
  "q",
  "severity",
  "state",
  "reason",
  "sink",
  "key",
  "tag",
] as const;
