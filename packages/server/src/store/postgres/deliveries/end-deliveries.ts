import { countDeliveries } from "../../lanes/lane-memory.ts";
import type { NodeState } from "../node-state.ts";

/** Notes that deliveries, which are off the queue now, ended without an attempt. */
export async function endDeliveries(
  state: NodeState,
  tenantId: string,
  ids: readonly string[],
  end: "canceled" | "superseded",
  now: number,
): Promise<void> {
  if (ids.length === 0) return;
  await state.db.run(
    `UPDATE deliveries SET state = $3, reason = NULL, updated_at = $4
     WHERE tenant_id = $1 AND id = ANY($2::uuid[])`,
    tenantId,
    ids,
    end,
    now,
  );
  countDeliveries(state, "pending", -ids.length);
  countDeliveries(state, end, ids.length);
}
