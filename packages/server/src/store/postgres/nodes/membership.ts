/**
 * Who is alive.
 *
 * Each node has a row in `nodes` that says until when it is to be believed alive, by the clock of the
 * database; it renews it several times before it runs out. A lane whose node's lease has run out is
 * free. A lease that has run out is never revived: the node takes a new id, takes back those of its
 * lanes that nobody has taken meanwhile, and forgets the others with all it held there.
 *
 * Before each attempt it is looked at whether the lease still holds (`node-lease.ts`), so a node that
 * wakes up after a freeze, or is cut off from the database, begins nothing until it has rejoined.
 *
 * A node may also freeze in the middle of a transaction: what it has locked then is free after some
 * seconds (`database.ts`), before its lease has run out.
 *
 * What this cannot prevent: requests that were on their way when the node froze arrive, and so does one
 * for which it froze between the look and the send. Such a delivery may be sent twice, and out of
 * order, since another node has its lane already; it is settled once (`settle.ts`).
 */

import { announceChange } from "../../lanes/announcements.ts";
import type { Queries } from "../database.ts";
import type { NodeState } from "../node-state.ts";
import { dropLeases, ownLanes } from "./own-lanes.ts";

export const leaseMs = 10_000;

/** A node tells this often that it is alive. */
export const heartbeatMs = 2_500;

/** Takes a place among the nodes, and clears away those that are long gone. */
export async function join(db: Queries, id: string): Promise<void> {
  await db.run(
    `INSERT INTO nodes (id, leased_until, started_at)
     VALUES ($1, clock_timestamp() + make_interval(secs => ${leaseMs / 1000}), clock_timestamp())`,
    id,
  );
  await db.run(
    `DELETE FROM nodes n WHERE n.leased_until < clock_timestamp() - interval '1 day'
       AND NOT EXISTS (SELECT 1 FROM lanes l WHERE l.node_id = n.id)`,
  );
}

/** @returns whether other nodes are alive; null when the lease had run out. */
export async function renew(db: Queries, id: string): Promise<boolean | null> {
  const row = await db.get<{ has_others: boolean }>(
    `UPDATE nodes SET leased_until = clock_timestamp() + make_interval(secs => ${leaseMs / 1000})
     WHERE id = $1 AND leased_until > clock_timestamp()
     RETURNING EXISTS (SELECT 1 FROM nodes o WHERE o.id <> $1 AND o.leased_until > clock_timestamp())
       AS has_others`,
    id,
  );
  return row?.has_others ?? null;
}

/** Frees all lanes of a node that stops. */
export async function leave(db: Queries, id: string): Promise<void> {
  await db.run("DELETE FROM lanes WHERE node_id = $1", id);
  await db.run("DELETE FROM nodes WHERE id = $1", id);
}

/** After the lease has run out: begins anew with the lanes that can still be had. */
export async function rejoin(state: NodeState, newId: string): Promise<void> {
  const { id: oldId } = state;
  // It was asked for twice: those who have a lease give up nothing.
  if ((await renew(state.db, oldId)) !== null) return;
  const former = [...state.lanes.values()];
  state.id = newId;
  state.undo.push(() => {
    state.id = oldId;
    for (const lane of former) state.lanes.set(lane.eventSinkId, lane);
  });
  await join(state.db, newId);
  state.lanes.clear();
  state.foreign.clear();
  await ownLanes(state, former, Number.MAX_SAFE_INTEGER);
  for (const lane of former) {
    const again = state.lanes.get(lane.eventSinkId);
    if (again === undefined) {
      announceChange(state, lane, false);
      dropLeases(state, lane.eventSinkId);
    } else {
      // Whoever holds its deliveries goes on: the fence at the settle tells what still counts.
      const { leasedCount, leasedChars } = lane;
      Object.assign(lane, again, { leasedCount, leasedChars });
      state.lanes.set(lane.eventSinkId, lane);
    }
  }
}

/** Whether there is mail for this node. */
export async function hasMail(db: Queries, id: string): Promise<boolean> {
  const row = await db.get<{ has_mail: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM lane_mail m JOIN lanes l ON l.tenant_id = m.tenant_id
       AND l.event_sink_id = m.event_sink_id WHERE l.node_id = $1) AS has_mail`,
    id,
  );
  return row?.has_mail === true;
}
