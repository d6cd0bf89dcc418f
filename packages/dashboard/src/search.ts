/** Every name that an address may carry: whose data is shown, and each page's filters. */
export const searchNames = [
  "tenant",
  "q",
  "severity",
  "state",
  "reason",
  "sink",
  "key",
  "rule",
  "tag",
  "since",
  "until",
  "action",
  "resource",
  "by",
  "window",
] as const;

export type Search = { readonly [Name in (typeof searchNames)[number]]?: string | undefined };
