import { Counter, Histogram, Registry } from "prom-client";
import type { SinkTypeName } from "../domain/event-sink.ts";
import type { LeasedDelivery, Settlement } from "../store/store.ts";

export interface EngineMetrics {
  readonly registry: Registry;
  attempted(sinkType: SinkTypeName, settlement: Settlement, delivery: LeasedDelivery): void;
}

/** Seconds. From a loopback webhook to a platform at its time-out. */
const attemptBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 30];
/** Seconds. From at once to the end of the retry schedule. */
const latencyBuckets = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 30, 120, 600, 3600, 86_400];

/** No label names a tenant or a sink: their number is not bounded. */
export function createEngineMetrics(): EngineMetrics {
  const registry = new Registry();
  const attempts = new Counter({
    name: "event_sinks_attempts_total",
    help: "Attempts by sink type, outcome and reason (reason is empty for delivered)",
    labelNames: ["sink_type", "outcome", "reason"] as const,
    registers: [registry],
  });
  const settled = new Counter({
    name: "event_sinks_deliveries_settled_total",
    help: "Deliveries that ended, by sink type and state",
    labelNames: ["sink_type", "state"] as const,
    registers: [registry],
  });
  const attemptSeconds = new Histogram({
    name: "event_sinks_attempt_duration_seconds",
    help: "How long attempts took",
    labelNames: ["sink_type"] as const,
    buckets: attemptBuckets,
    registers: [registry],
  });
  const latencySeconds = new Histogram({
    name: "event_sinks_delivery_latency_seconds",
    help: "From receiving an alert to delivering it, retries included",
    labelNames: ["sink_type"] as const,
    buckets: latencyBuckets,
    registers: [registry],
  });
  return {
    registry,
    attempted(sinkType, { attempt, state, now }, delivery) {
      const labels = { sink_type: sinkType };
      attempts.inc({ ...labels, outcome: attempt.outcome, reason: attempt.reason ?? "" });
      attemptSeconds.observe(labels, attempt.durationMs / 1000);
      if (state === "pending") return;
      settled.inc({ ...labels, state });
      // How long ago a replayed one was first made says nothing about this service.
      if (state === "delivered" && delivery.replayedAt === null)
        latencySeconds.observe(labels, (now - delivery.createdAt) / 1000);
    },
  };
}
