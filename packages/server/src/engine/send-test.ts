import type { Alert } from "../domain/alert.ts";
import type { AlertAction } from "../domain/delivery.ts";
import { newId } from "../ids.ts";
import type { Attempt } from "../store/store.ts";
import { type AttemptDeps, makeAttempt } from "./attempt.ts";
import type { ReadySink } from "./sending-sinks.ts";
import { attemptRecord } from "./settlement.ts";
import { testAlert } from "./test-alert.ts";

/**
 * Sends a test alert through a sink now, past the queue; nothing is stored. Where a platform
 * keeps it open, it is resolved at once.
 * @returns the attempt that sent it.
 */
export async function sendTest(sink: ReadySink, deps: AttemptDeps): Promise<Attempt> {
  const id = newId();
  const { tenantId } = sink.eventSink;
  const alertWith = (action: AlertAction) =>
    testAlert({ tenantId, id, action, now: deps.clock.now() });
  const send = (alert: Alert) =>
    makeAttempt(
      { sink, alert, deliveryId: newId(), memory: {}, isResolveWaiting: false, earlier: [] },
      deps,
    );
  const trigger = alertWith("trigger");
  const findings = await send(trigger);
  if (findings.outcome.kind === "delivered" && sink.sinkType.resolvesTests) {
    await send(alertWith("resolve"));
  }
  // No alert is stored from which a reader could fill in the body.
  const exchanges = findings.exchanges.map(({ request, response }) => ({
    request: { ...request, body: request.body ?? trigger.body },
    response,
  }));
  return attemptRecord(1, { ...findings, exchanges }, null);
}
