/** The books, when all is quiet: what was accepted, what became of it, and what is on record. */

import { retryAfterMsMax } from "../../src/domain/retry.ts";
import type { Database } from "../../src/store/sqlite/database.ts";
import type { Network } from "./network.ts";
import type { DeliveryRow, Oracle } from "./oracle.ts";
import type { Plan } from "./plan.ts";

export interface Accepted {
  readonly deliveryId: string;
  readonly sink: number;
  readonly alertNo: number;
  readonly key: string;
}

export interface Books {
  readonly plan: Plan;
  readonly db: Database;
  readonly network: Network;
  readonly sinkIds: readonly string[];
  readonly accepted: readonly Accepted[];
  readonly oracle: Oracle;
  readonly fail: (what: string) => void;
}

interface SinkRow {
  readonly no: number;
  readonly id: string;
  readonly paused_at: number | null;
  readonly deleted_at: number | null;
  readonly health: string | null;
}

interface AttemptRow {
  readonly number: number;
  readonly started_at: number;
  readonly duration_ms: number;
  readonly outcome: string;
  readonly reason: string | null;
  readonly ambiguous: number;
  readonly next_try_at: number | null;
  readonly exchanges: string;
}

const day = 24 * 3_600_000;

export function checkBooks(books: Books): void {
  const { db, accepted, oracle, fail } = books;
  const { removed } = oracle.ledger;
  const sinks = new Map(
    db
      .all<SinkRow>("SELECT no, id, paused_at, deleted_at, health FROM event_sinks")
      .map((row) => [row.no, row]),
  );
  const rows = db.all<DeliveryRow>("SELECT * FROM deliveries ORDER BY no");
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const { deliveryId } of accepted) {
    if (!byId.has(deliveryId) && !removed.has(deliveryId)) {
      fail(`accepted and lost: delivery ${deliveryId}`);
    }
  }
  const ownById = new Map([...copiesOf(books), ...accepted].map((own) => [own.deliveryId, own]));
  for (const row of rows) {
    const sink = sinks.get(row.event_sink_no);
    if (sink === undefined) fail(`delivery ${row.id} has no sink`);
    else checkEnd(books, row, sink, ownById.get(row.id));
    checkAttempts(books, row);
  }
  for (const row of removed.values()) {
    const sink = sinks.get(row.event_sink_no);
    if (sink !== undefined) checkEnd(books, row, sink, ownById.get(row.id));
  }
  oracle.ledger.checkReplays();
  checkCounts(books, [...rows, ...removed.values()]);
  for (const sink of sinks.values()) {
    const state = sink.health === null ? "healthy" : JSON.parse(sink.health).state;
    if (state !== "healthy" && sink.paused_at === null && sink.deleted_at === null) {
      fail(`sink ${sink.id} is ${state} although it has long worked again`);
    }
  }
}

/** Deliveries that replays made, but of the service's own alerts. */
function copiesOf({ db, sinkIds }: Books): Accepted[] {
  const rows = db.all<{ id: string; sink: string; alert: string; dedup_key: string }>(
    `SELECT deliveries.id, event_sinks.id AS sink, alerts.id AS alert, deliveries.dedup_key
     FROM deliveries JOIN event_sinks ON event_sinks.no = event_sink_no
     JOIN alerts ON alerts.no = alert_no WHERE replay_of_no IS NOT NULL AND alerts.id LIKE 'id-%'`,
  );
  return rows.map(({ id, sink, alert, dedup_key }) => ({
    deliveryId: id,
    sink: sinkIds.indexOf(sink),
    alertNo: Number(alert.slice("id-".length)),
    key: dedup_key,
  }));
}

function checkEnd(
  { network, plan, sinkIds, db, oracle, fail }: Books,
  row: DeliveryRow,
  sink: SinkRow,
  own: Accepted | undefined,
): void {
  const place = sinkIds.indexOf(sink.id);
  if (row.state === "pending") {
    if (sink.paused_at === null) fail(`delivery ${row.id} is still pending, ${own?.alertNo}`);
    return;
  }
  if (row.state === "canceled") {
    const isDiscarded = plan.events.some((one) => one.kind === "discard" && one.sink === place);
    if (sink.deleted_at === null && !isDiscarded) {
      fail(`canceled although its sink is there: ${row.id}`);
    }
    return;
  }
  if (row.state === "superseded") {
    if (plan.sinkTypes[place] !== "pagerduty" || row.action !== "trigger")
      fail("superseded is for PagerDuty's triggers");
    if (row.is_ambiguous === 1) fail(`superseded after an ambiguous attempt: ${row.id}`);
    const resolve = db.get(
      "SELECT 1 FROM deliveries WHERE event_sink_no = ? AND dedup_key = ? AND action = 'resolve' AND no > ?",
      row.event_sink_no,
      row.dedup_key,
      row.no,
    );
    // Of a resolve that is forgotten nothing can be said.
    const isForgotten = plan.events.some(({ kind }) => kind === "prune");
    if (resolve === undefined && !isForgotten) fail(`superseded by nothing: ${row.id}`);
    return;
  }
  if (row.state === "failed") {
    if (row.reason === "payload_refused" || oracle.options.mayGiveUp(place)) return;
    const mayExpire = plan.events.some(({ kind }) => kind === "clock_jump" || kind === "prune");
    if (row.reason !== "expired" || !mayExpire) fail(`failed as ${row.reason}: ${row.id}`);
    return;
  }
  if (own === undefined) return;
  const answered = network.sent.filter(
    ({ sink: at, result }) =>
      at === own.sink && result?.kind === "response" && result.status >= 200 && result.status < 300,
  );
  const isTold =
    plan.sinkTypes[place] === "webhook"
      ? answered.some(({ webhookId }) => webhookId === row.id)
      : plan.sinkTypes[place] === "pagerduty"
        ? answered.some(({ event }) => event?.key === row.dedup_key && event.action === row.action)
        : answered.some(({ keys }) => keys.includes(own.key) || keys.length > 1);
  if (!isTold) fail(`delivered on paper only: ${row.id}`);
}

function checkAttempts({ db, plan, oracle, fail }: Books, row: DeliveryRow): void {
  const attempts = db.all<AttemptRow>(
    "SELECT * FROM attempts WHERE delivery_no = ? ORDER BY number",
    row.no,
  );
  attempts.forEach(({ number }, index) => {
    if (number !== index + 1) fail(`attempt ${index + 1} of ${row.id} is numbered ${number}`);
  });
  if (attempts.length !== row.attempt_count) fail(`${row.id} counts ${row.attempt_count} attempts`);
  if (row.state === "delivered" && attempts.at(-1)?.outcome !== "delivered") {
    fail(`${row.id} is delivered by no attempt`);
  }
  if (row.is_ambiguous !== Math.max(0, ...attempts.map(({ ambiguous }) => ambiguous))) {
    fail(`${row.id} is wrong about what is ambiguous`);
  }
  const triesMax = oracle.options.triesMaxOf(row.event_sink_no - 1, row.created_at);
  const tries = attempts.filter(
    ({ outcome, reason }) => outcome === "retry" && reason !== "rate_limited",
  ).length;
  if (triesMax !== null && row.replayed_at === null && tries > triesMax) {
    fail(`${row.id} has failed ${tries} times, at most ${triesMax} allowed`);
  }
  // Whoever asks for another try does not wait for it.
  const hurries = ["clock_jump", "retry", "replay"];
  if (plan.events.some(({ kind }) => hurries.includes(kind))) return;
  attempts.forEach((attempt, index) => {
    const asked = retryAfterMsOf(attempt);
    const next = attempts[index + 1];
    if (asked === null || attempt.outcome !== "retry" || next === undefined) return;
    const endedAt = attempt.started_at + attempt.duration_ms;
    const waited = next.started_at - endedAt;
    // A sink that has told how long it will be down is up as soon as it takes something else.
    const isUp =
      attempt.reason !== "rate_limited" &&
      db.get(deliveredBetween, row.event_sink_no, endedAt, next.started_at) !== undefined;
    if (waited < asked && !isUp)
      fail(`${row.id} waited ${waited} ms of the ${asked} ms it was asked to`);
  });
}

const deliveredBetween = `SELECT 1 FROM attempts JOIN deliveries ON deliveries.no = delivery_no
  WHERE event_sink_no = ? AND outcome = 'delivered' AND started_at + duration_ms BETWEEN ? AND ?`;

function retryAfterMsOf({ exchanges }: AttemptRow): number | null {
  const last = JSON.parse(exchanges).at(-1);
  const seconds = last?.response?.headers["retry-after"];
  return seconds === undefined ? null : Math.min(Number(seconds) * 1000, retryAfterMsMax, day);
}

function checkCounts({ db, fail }: Books, rows: readonly DeliveryRow[]): void {
  const counts = db.all<{ state: string; count: number }>(
    "SELECT state, count FROM delivery_counts",
  );
  for (const { state, count } of counts) {
    const real = rows.filter((row) => row.state === state).length;
    if (real !== count) fail(`${count} ${state} are counted, ${real} are there`);
  }
}
