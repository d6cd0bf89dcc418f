import type { LaneState } from "../../lanes/lane-memory.ts";
import type { NodeState } from "../node-state.ts";
import { toText } from "../text.ts";
import { endDeliveries } from "./end-deliveries.ts";
import { deleteRowsSql, queueKeys } from "./queue-rows.ts";
import { releaseWaiting } from "./waiting.ts";

/** Deliveries looked at for one that supersedes, so that it stays one short step; later ones are sent. */
const supersedeCountMax = 1_000;

export const findTriggersSql = `SELECT seq, delivery_id, is_ambiguous FROM queue
  WHERE tenant_id = $1 AND event_sink_id = $2 AND dedup_key = $3 AND action = 'trigger'
  ORDER BY seq LIMIT ${supersedeCountMax}`;

/**
 * Ends triggers of a key that nobody holds and whose platform cannot have taken them: what comes
 * now makes them pointless. What waited for them only is let go. The lane must be this node's, as
 * only its owner knows what is held.
 */
export async function supersedeTriggers(
  state: NodeState,
  lane: LaneState,
  dedupKey: string,
  now: number,
): Promise<void> {
  const { tenantId, eventSinkId } = lane;
  const triggers = await state.db.all<{ seq: number; delivery_id: string; is_ambiguous: boolean }>(
    findTriggersSql,
    tenantId,
    eventSinkId,
    toText(dedupKey),
  );
  const unsent = triggers.filter(
    ({ delivery_id, is_ambiguous }) => !is_ambiguous && !state.leases.has(delivery_id),
  );
  if (unsent.length === 0) return;
  await state.db.run(
    deleteRowsSql,
    ...queueKeys(
      lane,
      unsent.map(({ seq }) => seq),
    ),
  );
  const ids = unsent.map(({ delivery_id }) => delivery_id);
  await endDeliveries(state, tenantId, ids, "superseded", now);
  await releaseWaiting(state, lane, dedupKey, now);
}
