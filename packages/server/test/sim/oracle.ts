/**
 * What must hold, checked from outside: at each commit, before each request leaves, and when all
 * is quiet. It knows nothing of how engine and store work; it reads the tables, as a
 * suspicious operator would, and the network's ledger.
 */

import { engineLimits } from "../../src/engine/limits.ts";
import { sinkTypes } from "../../src/sinks/index.ts";
import type { Database } from "../../src/store/sqlite/database.ts";
import type { WriterState } from "../../src/store/sqlite/writer-state.ts";
import { Ledger } from "./ledger.ts";
import type { Network, SentRequest } from "./network.ts";
import { OptionsWatch } from "./options-watch.ts";
import type { Plan } from "./plan.ts";
import type { Scheduler } from "./scheduler.ts";

/** What is announced reaches the engine within this time. */
const hearsayMs = 500;
/** What can go out does so within this time, hanging receivers and failing writes included. */
const patienceMs = 5 * 60_000;
const hour = 3_600_000;

interface SinkRow {
  readonly no: number;
  readonly id: string;
  readonly paused_at: number | null;
  readonly deleted_at: number | null;
  readonly health: string | null;
  readonly settings: string;
}

export interface DeliveryRow {
  readonly no: number;
  readonly id: string;
  readonly event_sink_no: number;
  readonly dedup_key: string;
  readonly action: string;
  readonly state: string;
  readonly reason: string | null;
  readonly attempt_count: number;
  readonly due_at: number | null;
  readonly created_at: number;
  readonly is_ambiguous: number;
  readonly replayed_at: number | null;
}

interface SinkWatch {
  /** Since when, monotonic, it has stood so on disk. */
  pausedSince: number | null;
  /** When it was last resumed. */
  resumedAt: number;
  deletedSince: number | null;
  brokenUntil: number | null;
  brokenSince: number | null;
  /** The platform asked all to wait: until then, by the wall clock. */
  quietUntil: number;
  /** The latest that any platform ever asked for: whoever goes on waiting may. */
  patientUntil: number;
}

export interface OracleDeps {
  readonly plan: Plan;
  readonly scheduler: Scheduler;
  readonly network: () => Network;
  readonly db: () => Database;
  readonly state: () => WriterState | null;
  /** The sinks' ids, by their place in the plan. */
  readonly sinkIds: readonly string[];
  readonly fail: (what: string) => void;
}

export class Oracle {
  readonly ledger: Ledger;
  readonly options: OptionsWatch;
  readonly #deps: OracleDeps;
  readonly #watches: SinkWatch[];
  readonly #hasJumps: boolean;

  constructor(deps: OracleDeps) {
    this.#deps = deps;
    this.#hasJumps = deps.plan.events.some(({ kind }) => kind === "clock_jump");
    this.options = new OptionsWatch(deps);
    this.ledger = new Ledger({
      ...deps,
      isHeld: (sink) => {
        const watch = this.#watches[sink];
        return watch !== undefined && (watch.pausedSince !== null || watch.brokenSince !== null);
      },
      isDeleted: (sink) => (this.#watches[sink]?.deletedSince ?? null) !== null,
    });
    this.#watches = deps.plan.sinkTypes.map(() => ({
      pausedSince: null,
      resumedAt: 0,
      deletedSince: null,
      brokenUntil: null,
      brokenSince: null,
      quietUntil: 0,
      patientUntil: 0,
    }));
  }

  onCommit(): void {
    const { db, scheduler } = this.#deps;
    const rows = db().all<SinkRow>(
      "SELECT no, id, paused_at, deleted_at, health, settings FROM event_sinks",
    );
    rows.forEach((row, sink) => {
      const watch = this.#watches[sink];
      if (watch === undefined) return;
      if (watch.pausedSince !== null && row.paused_at === null) watch.resumedAt = scheduler.elapsed;
      watch.pausedSince = row.paused_at === null ? null : (watch.pausedSince ?? scheduler.elapsed);
      watch.deletedSince =
        row.deleted_at === null ? null : (watch.deletedSince ?? scheduler.elapsed);
      this.options.note(sink, row.settings);
      const health = row.health === null ? null : JSON.parse(row.health);
      const brokenUntil = health?.state === "broken" ? health.nextProbeAt : null;
      if (brokenUntil === watch.brokenUntil) return;
      watch.brokenUntil = brokenUntil;
      watch.brokenSince = brokenUntil === null ? null : scheduler.elapsed;
    });
    this.ledger.onCommit();
    this.#checkLeases();
  }

  #checkLeases(): void {
    const { state, sinkIds, plan, fail } = this.#deps;
    const writer = state();
    if (writer === null) return;
    for (const lane of writer.lanes.values()) {
      const held = [...writer.leases.values()].filter((lease) => lease.lane === lane).length;
      if (held !== lane.leasedCount) fail(`lane says ${lane.leasedCount} leases, ${held} are held`);
      const sink = sinkIds.indexOf(lane.eventSinkId);
      const laneMax =
        plan.sinkTypes[sink] === "slack"
          ? engineLimits.leasesPerRollUpLaneMax
          : engineLimits.leasesPerLaneMax;
      // What is offered and what is claimed are held to it each: they may cross.
      const max = 2 * laneMax;
      if (held > max) fail(`${held} leases of sink ${sink}, at most ${max} allowed`);
    }
    if (writer.leases.size > 12) return;
    for (const [id, lease] of writer.leases) {
      const row = this.#deliveryOf(id);
      if (row?.state !== "pending") fail(`${id} is leased although it is ${row?.state}`);
      if (lease.deliveryNo !== row?.no) fail(`the lease of ${id} is another's`);
      else if (this.#mustWait(row)) fail(`${id} is leased before what it must wait for`);
    }
  }

  /** A request is about to leave. */
  onSend(request: SentRequest): void {
    const { fail } = this.#deps;
    const watch = this.#watches[request.sink];
    if (watch === undefined) return;
    const rows = this.#candidates(request);
    if (rows?.every(({ state }) => state !== "pending")) {
      fail(`sent after it was settled: ${describe(request)}`);
    } else if (rows?.every((row) => row.state !== "pending" || this.#mustWait(row))) {
      fail(`sent before what it must wait for: ${describe(request)}`);
    }
    if (rows !== null && request.webhookId !== null) this.#checkIdentity(request, rows);
    this.#checkHeld(request, watch);
    if (request.isPost) this.#checkMemory(request);
    this.#checkConcurrency(request);
    this.options.onSend(request);
  }

  #checkIdentity(request: SentRequest, rows: readonly DeliveryRow[]): void {
    const { sinkIds, db, fail, scheduler } = this.#deps;
    const [row] = rows;
    if (row === undefined) {
      fail(`sent under an id that is none: ${request.webhookId}`);
      return;
    }
    const found = db().get<{ id: string; alert: string }>(
      `SELECT event_sinks.id, alerts.id AS alert FROM deliveries
       JOIN event_sinks ON event_sinks.no = event_sink_no JOIN alerts ON alerts.no = alert_no
       WHERE deliveries.no = ?`,
      row.no,
    );
    if (found?.id !== sinkIds[request.sink]) fail("sent to another sink than its own");
    const [no] = request.alertNos;
    if (no !== undefined && found?.alert !== `id-${no}`) fail("sent another alert's content");
    if (request.isReplay !== (row.replayed_at !== null)) {
      fail(`${row.id} ${request.isReplay ? "says" : "does not say"} that it is a replay`);
    }
    if (!this.#hasJumps && (row.due_at ?? 0) > scheduler.now()) {
      fail(`sent ${(row.due_at ?? 0) - scheduler.now()} ms before it was due`);
    }
  }

  /** Paused, broken, or asked to wait. */
  #checkHeld({ sink, life, no }: SentRequest, watch: SinkWatch): void {
    const { scheduler, plan, network, fail } = this.#deps;
    const now = scheduler.elapsed;
    // One attempt of these may be several requests, of which the first left before.
    if (plan.sinkTypes[sink] === "slack") return;
    if (watch.pausedSince !== null && now > watch.pausedSince + hearsayMs) {
      fail(`sent although sink ${sink} has been paused for ${now - watch.pausedSince} ms`);
    }
    if (watch.deletedSince !== null && now > watch.deletedSince + hearsayMs) {
      fail(`sent although sink ${sink} has been deleted for ${now - watch.deletedSince} ms`);
    }
    if (this.#hasJumps) return;
    const { brokenSince, brokenUntil } = watch;
    if (brokenSince !== null && now > brokenSince + hearsayMs) {
      if (scheduler.now() < (brokenUntil ?? 0))
        fail(`sent to broken sink ${sink} before its probe`);
      const others = network().sent.filter(
        (other) =>
          other.sink === sink &&
          other.isOpen &&
          other.life === life &&
          other.no !== no &&
          other.sentAt > brokenSince + hearsayMs,
      );
      if (others.length > 0) fail(`two probes at once of broken sink ${sink}`);
    }
    if (scheduler.now() < watch.quietUntil) {
      fail(`sent ${watch.quietUntil - scheduler.now()} ms before the end of a Retry-After`);
    }
  }

  /** One message for each problem: what was posted, and is on record, is edited. */
  #checkMemory({ sink, keys, alertNos, no, sentAtWall }: SentRequest): void {
    const { network, db, sinkIds, fail } = this.#deps;
    const [key = ""] = keys;
    if (alertNos.length !== 1 || keys.length !== 1 || key.startsWith("own")) return;
    const before = network().sent.findLast(
      (other) =>
        other.no < no &&
        other.sink === sink &&
        other.isPost &&
        other.keys.length === 1 &&
        other.keys[0] === key,
    );
    if (before?.result?.kind !== "response" || !before.result.body.includes('"ok":true')) return;
    const keptMs = Math.min(hour, this.ledger.retentionMsMin);
    if (sentAtWall - before.sentAtWall > keptMs || before.sentAtWall > sentAtWall) return;
    // Where Slack refuses the edit, a new message is right.
    const since = network().sent.slice(before.no + 1, no);
    if (since.some(({ sink: to, result }) => to === sink && isSlackRefusal(result))) return;
    const rows = db().all<DeliveryRow & { alert_id: string }>(
      `SELECT deliveries.*, alerts.id AS alert_id FROM deliveries
       JOIN event_sinks ON event_sinks.no = event_sink_no JOIN alerts ON alerts.no = alert_no
       WHERE event_sinks.id = ? AND deliveries.dedup_key = ?`,
      sinkIds[sink] ?? "",
      key,
    );
    const posted = rows.find(({ alert_id }) => alert_id === `id-${before.alertNos[0]}`);
    const isClosed = rows.some(({ action }) => action !== "trigger");
    if (posted?.state === "delivered" && posted.action === "trigger" && !isClosed) {
      fail(`a second message for key ${key} instead of an edit`);
    }
  }

  #checkConcurrency({ sink, life }: SentRequest): void {
    const { network, plan, fail } = this.#deps;
    const open = network().sent.filter(
      (other) => other.isOpen && other.sink === sink && other.life === life,
    ).length;
    const type = sinkTypes[plan.sinkTypes[sink] ?? "webhook"];
    const own = this.options.concurrencyOf(sink) ?? Number.POSITIVE_INFINITY;
    const max = Math.min(own, type.attemptsMax, engineLimits.attemptsPerLaneMax);
    if (open > max) fail(`${open} requests at once to sink ${sink}, at most ${max} allowed`);
  }

  /** An engine has read an answer. */
  onResult(request: SentRequest): void {
    const { result } = request;
    const watch = this.#watches[request.sink];
    if (watch === undefined || result?.kind !== "response" || result.status !== 429) return;
    const seconds = Number(result.headers["retry-after"]);
    const until = this.#deps.scheduler.now() + seconds * 1000;
    watch.quietUntil = Math.max(watch.quietUntil, until);
    watch.patientUntil = Math.max(watch.patientUntil, until);
  }

  /** Asked now and then: what is due, and held back by nothing, goes out. */
  checkProgress(upSince: number): void {
    const { db, scheduler, sinkIds, network, fail } = this.#deps;
    const now = scheduler.now();
    const since = scheduler.elapsed - patienceMs;
    if (this.#hasJumps || upSince > since) return;
    if (this.#watches.some(({ patientUntil }) => patientUntil > now - patienceMs)) return;
    this.#watches.forEach((watch, sink) => {
      if (watch.pausedSince !== null || watch.deletedSince !== null || watch.resumedAt > since)
        return;
      if ((watch.brokenUntil ?? 0) > now - patienceMs) return;
      const last = network().sent.findLast((request) => request.sink === sink);
      if (last !== undefined && last.sentAt > since) return;
      const due = db().get<{ count: number }>(
        `SELECT count(*) AS count FROM deliveries JOIN event_sinks ON event_sinks.no = event_sink_no
         WHERE event_sinks.id = ? AND state = 'pending' AND due_at <= ?`,
        sinkIds[sink] ?? "",
        now - patienceMs,
      );
      if ((due?.count ?? 0) > 0) fail(`${due?.count} due for sink ${sink}, and nothing is sent`);
    });
  }

  /** What was asked of the old settings, or of a process that is gone, binds nobody. */
  forgetQuiet(sink: number | null): void {
    this.#watches.forEach((watch, index) => {
      if (sink === null || sink === index) watch.quietUntil = 0;
    });
  }

  /** The deliveries a request may be of; null when it does not say. */
  #candidates({ webhookId, event, keys, sink, alertNos }: SentRequest): DeliveryRow[] | null {
    const { db, sinkIds } = this.#deps;
    if (webhookId !== null) {
      const row = this.#deliveryOf(webhookId);
      return row === undefined ? [] : [row];
    }
    const key = event?.key ?? (keys.length === 1 ? keys[0] : undefined);
    if (key === undefined) return null;
    const rows = db().all<DeliveryRow & { alert_id: string }>(
      `SELECT deliveries.*, alerts.id AS alert_id FROM deliveries
       JOIN event_sinks ON event_sinks.no = event_sink_no JOIN alerts ON alerts.no = alert_no
       WHERE event_sinks.id = ? AND deliveries.dedup_key = ?`,
      sinkIds[sink] ?? "",
      key,
    );
    if (rows.length === 0) return null;
    if (event === null) return rows;
    const [no] = alertNos;
    return rows.filter(
      ({ action, alert_id }) =>
        action === event.action && (no === undefined || alert_id === `id-${no}`),
    );
  }

  #deliveryOf(id: string): DeliveryRow | undefined {
    return this.#deps.db().get<DeliveryRow>("SELECT * FROM deliveries WHERE id = ?", id);
  }

  /** DESIGN 4: triggers never wait for triggers; what closes waits for all before it. */
  #mustWait(row: DeliveryRow): boolean {
    const told = this.ledger.mustWait(row);
    if (told !== null) return told;
    const { no, event_sink_no, dedup_key, action } = row;
    const earlier = this.#deps.db().get<{ count: number }>(
      `SELECT count(*) AS count FROM deliveries WHERE event_sink_no = ? AND dedup_key = ? AND no < ?
       AND state = 'pending' AND (? <> 'trigger' OR action <> 'trigger')`,
      event_sink_no,
      dedup_key,
      no,
      action,
    );
    return (earlier?.count ?? 0) > 0;
  }
}

function isSlackRefusal(result: SentRequest["result"]): boolean {
  return result?.kind === "response" && result.body.includes('"ok":false');
}

export function describe({ no, sink, webhookId, alertNos, event }: SentRequest): string {
  const what = webhookId ?? `${event?.action ?? ""} ${event?.key ?? ""} ${alertNos.join(",")}`;
  return `request ${no} to sink ${sink} (${what.trim()})`;
}
