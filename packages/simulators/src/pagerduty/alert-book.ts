import { randomUUID } from "node:crypto";
import type { PagerDutyEvent } from "./event-rules.ts";

/** A PagerDuty alert (which opens one incident) as events have left it. */
export interface PagerDutyAlert {
  readonly routingKey: string;
  readonly dedupKey: string;
  status: "triggered" | "acknowledged" | "resolved";
  /** From the latest trigger. */
  summary: string;
  severity: string;
  triggerCount: number;
  readonly openedAt: number;
  acknowledgedAt: number | null;
  resolvedAt: number | null;
}

/** What an accepted event did. `dropped`: acknowledge or resolve with nothing open; nobody is told. */
export type EventEffect = "opened" | "updated" | "acknowledged" | "resolved" | "dropped";

export interface AlertBook {
  /** All alerts ever opened, in order. */
  readonly alerts: readonly PagerDutyAlert[];
  apply(event: PagerDutyEvent, now: number): { effect: EventEffect; dedupKey: string };
}

/**
 * PagerDuty's rules of de-duplication: events meet only under the same routing key and the same
 * dedup_key, and only while the alert is open; a trigger after a resolve opens, and pages, anew.
 */
export function createAlertBook(): AlertBook {
  const alerts: PagerDutyAlert[] = [];
  const isOpenUnder = (event: PagerDutyEvent) => (alert: PagerDutyAlert) =>
    alert.status !== "resolved" &&
    alert.routingKey === event.routingKey &&
    alert.dedupKey === event.dedupKey;

  function trigger(event: PagerDutyEvent, open: PagerDutyAlert | undefined, now: number) {
    const summary = String(event.payload?.["summary"]);
    const severity = String(event.payload?.["severity"]);
    if (open !== undefined) {
      open.summary = summary;
      open.severity = severity;
      open.triggerCount += 1;
      return { effect: "updated" as const, dedupKey: open.dedupKey };
    }
    const dedupKey = event.dedupKey ?? randomUUID().replaceAll("-", "");
    alerts.push({
      routingKey: event.routingKey,
      dedupKey,
      status: "triggered",
      summary,
      severity,
      triggerCount: 1,
      openedAt: now,
      acknowledgedAt: null,
      resolvedAt: null,
    });
    return { effect: "opened" as const, dedupKey };
  }

  return {
    alerts,
    apply(event, now) {
      const open = event.dedupKey === null ? undefined : alerts.find(isOpenUnder(event));
      if (event.action === "trigger") return trigger(event, open, now);
      const dedupKey = event.dedupKey ?? "";
      if (open === undefined) return { effect: "dropped", dedupKey };
      if (event.action === "acknowledge") {
        open.status = "acknowledged";
        open.acknowledgedAt ??= now;
        return { effect: "acknowledged", dedupKey };
      }
      open.status = "resolved";
      open.resolvedAt = now;
      return { effect: "resolved", dedupKey };
    },
  };
}
