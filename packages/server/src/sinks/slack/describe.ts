/** What has become of a problem, in words. */

import { type SeverityId, severityNames } from "../../domain/severity.ts";
import { formatTimestamp, timestampFromMs } from "../../domain/timestamp.ts";
import type { NewMessage, ProblemState } from "./memory.ts";

const symbols: Readonly<Record<SeverityId, string>> = {
  0: "⚪",
  1: "🔵",
  2: "🔵",
  3: "🟡",
  4: "🟠",
  5: "🔴",
  6: "🟣",
  99: "⚪",
};

/** E.g. `🔴 Critical`; `⚪ Alert` where the severity says nothing. */
export function severityLabel(severityId: SeverityId): string {
  const isSaid = severityId !== 0 && severityId !== 99;
  return `${symbols[severityId]} ${isSaid ? severityNames[severityId] : "Alert"}`;
}

/** What stands before the name in a header. */
export function problemLabel(
  state: ProblemState,
  severityId: SeverityId,
  isResolveTold: boolean,
): string {
  if (state === "acknowledged") return "👀 Acknowledged";
  if (state === "resolved") return isResolveTold ? "✅ Fired and resolved" : "✅ Resolved";
  return severityLabel(severityId);
}

type Course = Pick<
  NewMessage,
  "state" | "stateSince" | "severityId" | "count" | "firstAt" | "lastAt"
>;

/** One line on how a problem went, e.g. `🔴 Critical · seen 4 times, last …`; null while nothing has happened. */
export function describeProblem(course: Course, isResolveTold: boolean): string | null {
  const { state, stateSince, severityId, count, firstAt, lastAt } = course;
  if (state === "open" && count <= 1) return null;
  const seen =
    count <= 1
      ? `seen ${utc(firstAt)}`
      : `seen ${count.toLocaleString("en-US")} times, ${utcRange(firstAt, lastAt)}`;
  if (isResolveTold) {
    return [severityLabel(severityId), "*resolved* before it could be posted", seen].join(" · ");
  }
  const parts = {
    open: ["*Open*", seen],
    acknowledged: [severityLabel(severityId), `*acknowledged* ${utc(stateSince)}`, seen],
    resolved: [
      severityLabel(severityId),
      `*resolved* ${utc(stateSince)} after ${duration(stateSince - firstAt)}`,
      seen,
    ],
  }[state];
  return parts.join(" · ");
}

/** `2026-04-20 21:51:13 UTC`: logs are searched by UTC, whoever reads. */
export function utc(ms: number): string {
  return `${dayAndTime(formatTimestamp(timestampFromMs(ms), 0))} UTC`;
}

/** `2026-04-20 21:51:13 to 22:05:00 UTC`; the day once where it is the same. */
export function utcRange(fromMs: number, toMs: number): string {
  const [from, to] = [utc(fromMs), utc(toMs)];
  if (from === to) return from;
  const isSameDay = from.slice(0, 10) === to.slice(0, 10);
  return `${from.replace(" UTC", "")} to ${isSameDay ? to.slice(11) : to}`;
}

/** RFC 3339 in UTC without its letters. */
export function dayAndTime(rfc3339: string): string {
  return rfc3339.replace("T", " ").replace("Z", "");
}

const units = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1_000, "s"],
] as const;

/** The two largest units of a time span, e.g. `2 h 5 min`. */
export function duration(ms: number): string {
  const parts: string[] = [];
  let rest = Math.max(ms, 0);
  for (const [unitMs, name] of units) {
    const count = Math.floor(rest / unitMs);
    rest -= count * unitMs;
    if (count > 0) parts.push(`${count} ${name}`);
    // What follows the largest unit directly is precise enough.
    else if (parts.length > 0) break;
  }
  return parts.slice(0, 2).join(" ") || "less than a second";
}

/** `1st`, `2nd`, `3rd`, `4th`, `11th`. */
export function ordinal(count: number): string {
  const lastTwo = count % 100;
  const isTeen = lastTwo >= 11 && lastTwo <= 13;
  const ending = isTeen ? "th" : (["th", "st", "nd", "rd"][count % 10] ?? "th");
  return `${count.toLocaleString("en-US")}${ending}`;
}
