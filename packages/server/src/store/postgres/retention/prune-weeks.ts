import type { RetentionPass } from "../../retention-operations.ts";
import { lockMs } from "../database.ts";
import type { NodeState } from "../node-state.ts";
import { firstIdAt, partitionedTables, type Week, weekOfName } from "./partitions.ts";
import { forgetAlertIds } from "./prune-alerts.ts";
import { beforeForAll } from "./retention.ts";
import type { Tally } from "./tally.ts";

/** Looked at in one step, by their primary key. */
const rowsMax = 1_000;
/** A search under way is not waited for: whoever comes after would wait as well. */
const dropLockMs = 100;
const triesMax = 20;

/**
 * A week after another, oldest first: is there a delivery that somebody may still want; forget the
 * ids of its alerts; drop it.
 */
export interface WeekPlace {
  readonly part: "weeks";
  readonly deed: "check" | "forget" | "drop";
  /** The week's first instant; before the first week 0. */
  readonly from: number;
  /** The last row looked at. */
  readonly tenantId: string;
  readonly id: string;
  readonly tries: number;
}

const weekBegin = {
  part: "weeks",
  tenantId: "",
  id: "00000000-0000-0000-0000-000000000000",
  tries: 0,
} as const;

export const weeksStart: WeekPlace = { ...weekBegin, deed: "check", from: 0 };

/** One step. @returns null when no week is old, or none of them can go. */
export async function pruneWeeks(
  state: NodeState,
  place: WeekPlace,
  pass: RetentionPass,
  tally: Tally,
): Promise<WeekPlace | null> {
  const before = await beforeForAll(state.db, pass);
  const weeks = await findWeeks(state, before);
  const following = weeks.find(({ from }) => from > place.from);
  const next: WeekPlace | null =
    following === undefined ? null : { ...weekBegin, deed: "check", from: following.from };
  const week = weeks.find(({ from }) => from === place.from);
  if (week === undefined) return next;
  const outcome = await workOn(state, place, week, before, tally);
  return outcome === "done" ? next : outcome;
}

function workOn(
  state: NodeState,
  place: WeekPlace,
  week: Week,
  before: number,
  tally: Tally,
): Promise<WeekPlace | "done"> {
  if (place.deed === "check") return check(state, place, week, before);
  if (place.deed === "forget") return forget(state, place, week, tally);
  return drop(state, place, week);
}

/** Weeks that are over for every tenant and whose three partitions are there, oldest first. */
async function findWeeks({ db }: NodeState, before: number): Promise<Week[]> {
  const rows = await db.all<{ name: string }>(
    `SELECT substring(c.relname FROM '_(p[0-9]{8})$') AS name FROM pg_inherits i
     JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = ANY($1::regclass[]) GROUP BY 1 HAVING count(*) = ${partitionedTables.length}
     ORDER BY 1`,
    [...partitionedTables],
  );
  return rows.flatMap(({ name }) => weekOfName(name ?? "") ?? []).filter(({ to }) => to <= before);
}

async function check(
  { db }: NodeState,
  place: WeekPlace,
  { name }: Week,
  before: number,
): Promise<WeekPlace | "done"> {
  const rows = await db.all<{ tenant_id: string; id: string; is_kept: boolean }>(
    `SELECT tenant_id, id, state = 'pending' OR updated_at >= $3 AS is_kept FROM deliveries_${name}
     WHERE (tenant_id, id) > ($1, $2::uuid) ORDER BY tenant_id, id LIMIT ${rowsMax}`,
    place.tenantId,
    place.id,
    before,
  );
  if (rows.some(({ is_kept }) => is_kept)) return "done";
  const last = rows.at(-1);
  if (rows.length < rowsMax || last === undefined) {
    return { ...weekBegin, deed: "forget", from: place.from };
  }
  return { ...place, tenantId: last.tenant_id, id: last.id };
}

async function forget(
  state: NodeState,
  place: WeekPlace,
  week: Week,
  tally: Tally,
): Promise<WeekPlace | "done"> {
  // Before anything is forgotten, though it is asked again in the end.
  if (place.tenantId === "" && (await isWanted(state, week))) return "done";
  const rows = await state.db.all<{
    tenant_id: string;
    uid: string;
    tenant_no: number;
    id: string;
    action: string;
  }>(
    `SELECT tenant_id, uid, tenant_no, id, action FROM alerts_${week.name}
     WHERE (tenant_id, uid) > ($1, $2::uuid) ORDER BY tenant_id, uid LIMIT ${rowsMax}`,
    place.tenantId,
    place.id,
  );
  for (const [tenantId, alerts] of Map.groupBy(rows, ({ tenant_id }) => tenant_id)) {
    await forgetAlertIds(state.db, tenantId, alerts);
  }
  tally.prunedCount += rows.length;
  const last = rows.at(-1);
  if (rows.length < rowsMax || last === undefined) {
    return { ...weekBegin, deed: "drop", from: place.from };
  }
  return { ...place, tenantId: last.tenant_id, id: last.uid };
}

/**
 * Whether something was sent again meanwhile: a delivery of the week is in the queue, or one of a
 * later week, for another sink, belongs to an alert of this one.
 */
async function isWanted({ db }: NodeState, { from, to }: Week): Promise<boolean> {
  const range = [firstIdAt(from), firstIdAt(to)] as const;
  const queued = await db.get(
    `SELECT 1 FROM queue WHERE replayed_at IS NOT NULL
       AND delivery_id >= $1::uuid AND delivery_id < $2::uuid LIMIT 1`,
    ...range,
  );
  if (queued !== undefined) return true;
  const later = await db.get(
    `SELECT 1 FROM deliveries
     WHERE alert_uid >= $1::uuid AND alert_uid < $2::uuid AND id >= $2::uuid LIMIT 1`,
    ...range,
  );
  return later !== undefined;
}

/** Drops the week, if it can have the tables to itself at once. */
async function drop(state: NodeState, place: WeekPlace, week: Week): Promise<WeekPlace | "done"> {
  const { db } = state;
  await db.run("SAVEPOINT week");
  try {
    await db.run(`SET LOCAL lock_timeout = ${dropLockMs}`);
    await db.run(`LOCK TABLE ${partitionedTables.join(", ")} IN ACCESS EXCLUSIVE MODE`);
    if (!(await isWanted(state, week))) {
      await db.run(`DROP TABLE ${partitionedTables.map((t) => `${t}_${week.name}`).join(", ")}`);
    }
    await db.run(`SET LOCAL lock_timeout = ${lockMs}`);
    await db.run("RELEASE week");
    return "done";
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    await db.run("ROLLBACK TO week");
    await db.run("RELEASE week");
    return place.tries < triesMax ? { ...place, tries: place.tries + 1 } : "done";
  }
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "55P03";
}
