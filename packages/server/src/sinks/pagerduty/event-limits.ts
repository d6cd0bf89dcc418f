import type { SeverityId } from "../../domain/severity.ts";

/** PagerDuty's limits: developer-docs, events-API-v2 01-Overview.md and 02-Trigger-Events.md. */
export const summaryLengthMax = 1_024;
export const dedupKeyLengthMax = 255;
/** They write "512 KB"; decimal is the safe reading, as in Alertmanager. */
export const eventBytesMax = 512_000;

/** Our own, since PagerDuty names none: what keeps links from eating up the details. */
export const linkCountMax = 25;
export const linksLengthMax = 40_000;
export const linkTextLengthMax = 256;

/** An alert nobody graded may be the worst one, so it pages like it. */
export const severities: Readonly<Record<SeverityId, "critical" | "error" | "warning" | "info">> = {
  0: "critical",
  1: "info",
  2: "info",
  3: "warning",
  4: "error",
  5: "critical",
  6: "critical",
  99: "critical",
};
