import type { DeliveryState } from "../../../domain/delivery.ts";
import { announceChange } from "../../lanes/announcements.ts";
import { changeLane, countDeliveries } from "../../lanes/lane-memory.ts";
import { endLease, findLease } from "../../lanes/leases.ts";
import type { Settlement, SettleResult } from "../../store.ts";
import { laneKeys } from "../lane-keys.ts";
import type { Lease, NodeState } from "../node-state.ts";
import { toText } from "../text.ts";
import { announceNext } from "./due.ts";
import { pullForward } from "./pull-forward.ts";
import { pauseSink, writeHealth } from "./sink-health.ts";
import { writeMemories } from "./sink-memory.ts";
import { countSettlement } from "./statistics.ts";
import { findWaitedFor, releaseWaiting, sinkKeyText } from "./waiting.ts";

interface Ending {
  readonly settlement: Settlement;
  readonly lease: Lease;
  readonly end: DeliveryState;
  readonly dueAt: number | null;
}

/**
 * Settles attempts, in a handful of statements whatever their number.
 *
 * Fence. A settlement counts only if the queue still holds the delivery with as many attempts as
 * when its lease began. So when a node was frozen until its lease had run out, and another has
 * settled the delivery since, nothing is written twice: whoever comes second finds it `stale`.
 */
export async function settleAll(
  state: NodeState,
  settlements: readonly Settlement[],
): Promise<SettleResult[]> {
  const endings = settlements.map((settlement) => endingOf(state, settlement));
  const held = endings.filter((ending) => ending !== null);
  const settled = await writeEndings(state, held);
  const counted = held.filter(({ settlement }) => settled.has(settlement.deliveryId));
  for (const { end, lease, settlement } of counted) {
    countSettlement(state, lease, { state: end, now: settlement.now });
    if (end === "pending") continue;
    countDeliveries(state, "pending", -1);
    countDeliveries(state, end, 1);
  }
  await keepFindings(state, counted);
  await letGo(state, counted);
  return endings.map((ending) =>
    ending !== null && settled.has(ending.settlement.deliveryId) ? "settled" : "stale",
  );
}

function endingOf(state: NodeState, settlement: Settlement): Ending | null {
  const lease = findLease(state, settlement);
  if (lease === undefined) return null;
  endLease(state, settlement.deliveryId, lease);
  // There is no next try at a sink that is gone.
  const isCanceled = settlement.state === "pending" && lease.lane.deletedAt !== null;
  const end = isCanceled ? "canceled" : settlement.state;
  const dueAt = end === "pending" ? (settlement.dueAt ?? settlement.now) : null;
  return { settlement, lease, end, dueAt };
}

/** Takes off the queue, or puts back, what the fence lets through; then attempts and deliveries. */
export const settleSql = `WITH given AS (
    SELECT * FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::bigint[], $5::int[], $6::bigint[],
      $7::int[], $8::boolean[], $9::text[], $10::text[], $11::bigint[], $12::int[], $13::bigint[],
      $14::float8[], $15::text[], $16::text[], $17::text[], $18::boolean[], $19::bigint[], $20::text[], $21::boolean[])
    AS g(tenant_id, event_sink_id, id, seq, attempt_count, due_at, failure_count, is_ambiguous, state,
      reason, now, number, started_at, duration_ms, outcome, attempt_reason, detail, is_degraded,
      next_try_at, exchanges, is_replay)
  ), ended AS (
    DELETE FROM queue q USING given g WHERE g.due_at IS NULL AND q.tenant_id = g.tenant_id
      AND q.event_sink_id = g.event_sink_id AND q.seq = g.seq AND q.attempt_count = g.attempt_count
    RETURNING q.delivery_id
  ), retried AS (
    UPDATE queue q SET due_at = g.due_at, attempt_count = q.attempt_count + 1,
      failure_count = g.failure_count, updated_at = g.now,
      is_rate_limited = coalesce(g.reason = 'rate_limited', false), is_ambiguous = q.is_ambiguous OR g.is_ambiguous
    FROM given g WHERE g.due_at IS NOT NULL AND q.tenant_id = g.tenant_id
      AND q.event_sink_id = g.event_sink_id AND q.seq = g.seq AND q.attempt_count = g.attempt_count
    RETURNING q.delivery_id
  ), settled AS (
    SELECT g.* FROM given g WHERE g.id IN (
      SELECT delivery_id FROM ended UNION ALL SELECT delivery_id FROM retried)
  ), attempted AS (
    INSERT INTO attempts (tenant_id, delivery_id, number, started_at, duration_ms, outcome, reason,
      detail, ambiguous, is_degraded, next_try_at, exchanges, is_replay)
    SELECT tenant_id, id, number, started_at, duration_ms, outcome, attempt_reason, detail,
      is_ambiguous, is_degraded, next_try_at, exchanges, is_replay FROM settled
  ), changed AS (
    UPDATE deliveries d SET state = s.state, reason = s.reason, attempt_count = s.attempt_count + 1,
      updated_at = s.now, failed_at = CASE WHEN s.state = 'failed' THEN s.now END
    FROM settled s WHERE d.tenant_id = s.tenant_id AND d.id = s.id
  )
  SELECT id FROM settled`;

async function writeEndings(state: NodeState, endings: readonly Ending[]): Promise<Set<string>> {
  if (endings.length === 0) return new Set();
  const column = <T>(of: (settlement: Settlement) => T) =>
    endings.map(({ settlement }) => of(settlement));
  const rows = await state.db.all<{ id: string }>(
    settleSql,
    ...laneKeys(endings.map(({ settlement }) => settlement)),
    column(({ deliveryId }) => deliveryId),
    endings.map(({ lease }) => lease.seq),
    endings.map(({ lease }) => lease.attemptCount),
    endings.map(({ dueAt }) => dueAt),
    column(({ failureCount }) => failureCount),
    column(({ attempt }) => attempt.ambiguous),
    endings.map(({ end }) => end),
    column(({ reason }) => reason),
    column(({ now }) => now),
    column(({ attempt }) => attempt.number),
    column(({ attempt }) => attempt.startedAt),
    column(({ attempt }) => attempt.durationMs),
    column(({ attempt }) => attempt.outcome),
    column(({ attempt }) => attempt.reason),
    column(({ attempt }) => textOrNull(attempt.detail)),
    column(({ attempt }) => attempt.isDegraded),
    endings.map(({ settlement, end }) =>
      end === "canceled" ? null : settlement.attempt.nextTryAt,
    ),
    column(({ attempt }) => attempt.exchanges),
    column(({ attempt }) => attempt.isReplay === true),
  );
  return new Set(rows.map(({ id }) => id));
}

const textOrNull = (text: string | null) => (text === null ? null : toText(text));

/** Keeps what attempts found out about their sinks. */
async function keepFindings(state: NodeState, endings: readonly Ending[]): Promise<void> {
  await writeMemories(
    state,
    endings.flatMap(({ settlement: { memory, now }, lease: { lane, dedupKey } }) =>
      memory === undefined ? [] : [{ lane, dedupKey, memory, now }],
    ),
  );
  for (const ending of endings) {
    const { settlement, lease } = ending;
    if (settlement.learned !== undefined) await mergeLearned(state, ending);
    await judgeSink(state, ending);
    if (ending.dueAt !== null && ending.dueAt <= settlement.now && !lease.lane.hasBacklog) {
      changeLane(state, lease.lane, { hasBacklog: true });
    }
  }
}

/**
 * Keeps what an attempt says about its sink. A broken one goes on when its probe has ended: with
 * all that was held when it is healed, else with the next probe.
 */
async function judgeSink(state: NodeState, { settlement, lease }: Ending): Promise<void> {
  const { health, pausesSink, now } = settlement;
  const { lane } = lease;
  const wasBroken = lane.probeAt !== null;
  if (health !== undefined) await writeHealth(state, lane, health);
  if (wasBroken && health?.state === "healthy") changeLane(state, lane, { pullsBefore: now });
  if (lane.pullsBefore !== null) await pullForward(state, lane, lane.pullsBefore);
  // What the old settings met must not stop a sink that its owner has mended since.
  if (pausesSink === true) await pauseSink(state, lane, lease.changeCount, now);
  if (wasBroken && lane.deletedAt === null) await announceNext(state, [lane], now);
}

/**
 * Keeps what an attempt found out about the sink, e.g. the id of its channel, unless the owner
 * has changed the sink since: it may now name another channel.
 */
async function mergeLearned(state: NodeState, { settlement, lease }: Ending): Promise<void> {
  const { lane, changeCount } = lease;
  if (lane.deletedAt !== null || lane.changeCount !== changeCount) return;
  const row = await state.db.get<{ settings: string }>(
    `SELECT settings FROM event_sinks WHERE tenant_id = $1 AND id = $2 AND change_count = $3
     FOR UPDATE`,
    lane.tenantId,
    lane.eventSinkId,
    changeCount,
  );
  if (row === undefined) return;
  const settings = JSON.stringify({ ...JSON.parse(row.settings), ...settlement.learned });
  if (settings === row.settings) return;
  await state.db.run(
    "UPDATE event_sinks SET settings = $3 WHERE tenant_id = $1 AND id = $2",
    lane.tenantId,
    lane.eventSinkId,
    settings,
  );
  announceChange(state, lane, false);
}

/** Lets go what waited for deliveries that are settled for good. */
async function letGo(state: NodeState, endings: readonly Ending[]): Promise<void> {
  const done = new Map(
    endings
      .filter(({ dueAt }) => dueAt === null)
      .map(({ lease, settlement: { tenantId, eventSinkId, now } }) => {
        const key = { tenantId, eventSinkId, dedupKey: lease.dedupKey };
        return [sinkKeyText(key), { key, lane: lease.lane, now }];
      }),
  );
  const waitedFor = await findWaitedFor(
    state,
    [...done.values()].map(({ key }) => key),
  );
  for (const key of waitedFor) {
    const found = done.get(sinkKeyText(key));
    if (found !== undefined) await releaseWaiting(state, found.lane, key.dedupKey, found.now);
  }
}
