import type { EventSinkId, TenantId } from "../ids.ts";
import type { Attempt } from "../store/store.ts";

/** What the rest of the service may ask of the engine, across the thread between them. */
export interface EngineControl {
  /**
   * Sends a test alert through a sink now, past the queue; nothing is stored.
   * @returns the attempt, or null when the sink is not there.
   */
  testEventSink(input: { tenantId: TenantId; eventSinkId: EventSinkId }): Promise<Attempt | null>;
  /** The engine's metrics in prom-client's JSON form, for merging. */
  metrics(): Promise<object[]>;
  /** Ends: lets attempts in flight finish for `graceMs`, hands the rest back. */
  stop(graceMs: number): Promise<void>;
}
