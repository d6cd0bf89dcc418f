import type { AlertAction, DeliveryState } from "../../domain/delivery.ts";
import type { Reason } from "../../domain/reason.ts";
import type { Delivery } from "../store.ts";
import type { ReadText, StoredFlag } from "./stored.ts";

export interface DeliveryRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly event_sink_id: string;
  /** When its sink was. */
  readonly deleted_at: number | null;
  readonly alert_uid: string;
  readonly dedup_key: string;
  readonly action: AlertAction;
  readonly state: DeliveryState;
  readonly reason: Reason | null;
  readonly attempt_count: number;
  readonly created_at: number;
  readonly updated_at: number;
  readonly due_at: number | null;
  readonly replayed_at: number | null;
  readonly replay_of: string | null;
  /** Its sink is paused or broken. */
  readonly is_held: StoredFlag;
}

/** What the sweep of a deleted sink has not reached yet is canceled all the same. */
export function readDelivery(row: DeliveryRow, readText: ReadText): Delivery {
  const canceledAt = row.state === "pending" ? row.deleted_at : null;
  return {
    id: row.id,
    tenantId: row.tenant_id,
    eventSinkId: row.event_sink_id,
    alertUid: row.alert_uid,
    dedupKey: readText(row.dedup_key),
    action: row.action,
    state: canceledAt === null ? row.state : "canceled",
    isHeld: Boolean(row.is_held) && row.state === "pending" && canceledAt === null,
    reason: row.reason,
    attemptCount: row.attempt_count,
    createdAt: row.created_at,
    updatedAt: canceledAt ?? row.updated_at,
    dueAt: canceledAt === null ? row.due_at : null,
    replayedAt: row.replayed_at,
    replayOf: row.replay_of,
  };
}
