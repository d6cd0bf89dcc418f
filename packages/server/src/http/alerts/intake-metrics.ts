import { Counter, type Registry } from "prom-client";

export interface IntakeMetrics {
  readonly accepted: Counter;
  readonly duplicates: Counter;
  /** By cause; see `RefusalCause`. */
  readonly refused: Counter<"cause">;
}

/** What is counted as alerts come in. */
export function createIntakeMetrics(metrics: Registry): IntakeMetrics {
  const registers = [metrics];
  return {
    accepted: new Counter({
      name: "event_sinks_alerts_accepted_total",
      help: "Alerts taken and stored since the process started.",
      registers,
    }),
    duplicates: new Counter({
      name: "event_sinks_alert_duplicates_total",
      help: "Alerts that had been taken before, and were not stored again.",
      registers,
    }),
    refused: new Counter({
      name: "event_sinks_intake_refused_total",
      help: "Requests with alerts that were refused since a limit was passed, by cause.",
      labelNames: ["cause"],
      registers,
    }),
  };
}
