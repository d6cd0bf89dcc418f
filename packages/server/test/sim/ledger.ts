/**
 * What each commit did to the deliveries, for plans in which people send again, discard or forget: those
 * change rows that were settled, so a look at the rows as they are now does not tell what was allowed.
 */

import type { Database } from "../../src/store/sqlite/database.ts";
import type { Plan } from "./plan.ts";
import type { Scheduler } from "./scheduler.ts";

export interface LedgerRow {
  readonly no: number;
  readonly id: string;
  readonly event_sink_no: number;
  readonly alert_no: number;
  readonly dedup_key: string;
  readonly action: string;
  readonly state: string;
  readonly reason: string | null;
  readonly attempt_count: number;
  readonly created_at: number;
  readonly updated_at: number;
  readonly due_at: number | null;
  readonly is_ambiguous: number;
  readonly replayed_at: number | null;
  readonly replay_of_no: number | null;
}

interface ReplayRow {
  readonly id: string;
  readonly filter: string;
  readonly to_event_sink_id: string | null;
  readonly state: string;
  readonly end_no: number;
  readonly created_at: number;
  readonly skipped: number;
}

export interface LedgerDeps {
  readonly plan: Plan;
  readonly scheduler: Scheduler;
  readonly db: () => Database;
  readonly sinkIds: readonly string[];
  /** The sink is paused or broken. */
  readonly isHeld: (sink: number) => boolean;
  readonly isDeleted: (sink: number) => boolean;
  readonly fail: (what: string) => void;
}

const deliveryAgeMsMax = 72 * 3_600_000;
const kinds = ["retry", "replay", "discard", "prune"];

/** When a delivery became pending, the last time. */
interface Rank {
  readonly commit: number;
  readonly replayedAt: number | null;
}

export class Ledger {
  /** Deliveries that retention removed, as they last were. */
  readonly removed = new Map<string, LedgerRow>();
  readonly #deps: LedgerDeps;
  readonly #isUsed: boolean;
  readonly #hasJumps: boolean;
  readonly #mayBeOvertaken: boolean;
  readonly #mayDiscard: boolean;
  /** Whatever is older may be forgotten; Infinity when nothing is. */
  readonly retentionMsMin: number;
  readonly #ranks = new Map<string, Rank>();
  /** Of each replay what its filter found as it began. */
  readonly #found = new Map<string, readonly LedgerRow[]>();
  #rows = new Map<string, LedgerRow>();
  #commit = 0;

  constructor(deps: LedgerDeps) {
    this.#deps = deps;
    const { events } = deps.plan;
    this.#isUsed = events.some(({ kind }) => kinds.includes(kind));
    this.#hasJumps = events.some(({ kind }) => kind === "clock_jump");
    this.#mayBeOvertaken = events.some(
      (one) => "includesOvertaken" in one && one.includesOvertaken,
    );
    this.#mayDiscard = events.some(({ kind }) => kind === "discard" || kind === "delete");
    this.retentionMsMin = Math.min(
      ...events.map((one) => (one.kind === "prune" ? one.retentionMs : Number.POSITIVE_INFINITY)),
    );
  }

  onCommit(): void {
    if (!this.#isUsed) return;
    this.#commit += 1;
    const before = this.#rows;
    const rows = this.#deps.db().all<LedgerRow>("SELECT * FROM deliveries ORDER BY no");
    this.#rows = new Map(rows.map((row) => [row.id, row]));
    for (const row of rows) {
      const was = before.get(row.id);
      if (was === undefined) this.#judgeNew(row, before);
      else if (was.updated_at !== row.updated_at || was.state !== row.state) this.#judge(was, row);
    }
    for (const [id, was] of before) if (!this.#rows.has(id)) this.#judgeRemoval(was);
    this.#noteReplays();
  }

  /**
   * Whether a pending delivery waits for another: for those of its key that were pending before it.
   * Null when nobody keeps a ledger, and their numbers tell.
   */
  mustWait({
    id,
    event_sink_no,
    dedup_key,
    action,
  }: Pick<LedgerRow, "id" | "event_sink_no" | "dedup_key" | "action">): boolean | null {
    if (!this.#isUsed) return null;
    return [...this.#rows.values()].some(
      (other) =>
        other.state === "pending" &&
        other.event_sink_no === event_sink_no &&
        other.dedup_key === dedup_key &&
        (action !== "trigger" || other.action !== "trigger") &&
        this.#isEarlier(other.id, id),
    );
  }

  /**
   * It became pending before, and its alert came before: where something old is sent again the two differ, and
   * nothing is promised. In one commit only what was sent off at the same moment has an order.
   */
  #isEarlier(one: string, other: string): boolean {
    const [a, b] = [this.#ranks.get(one), this.#ranks.get(other)];
    if (a === undefined || b === undefined) return false;
    const [rowA, rowB] = [this.#rows.get(one), this.#rows.get(other)];
    if (rowA === undefined || rowB === undefined || rowA.no >= rowB.no) return false;
    if (a.commit !== b.commit) return a.commit < b.commit;
    // A replay goes by what it repeats.
    const isInOrder = (rowA.replay_of_no ?? rowA.no) < (rowB.replay_of_no ?? rowB.no);
    return isInOrder && a.replayedAt === b.replayedAt;
  }

  #judgeNew(row: LedgerRow, before: ReadonlyMap<string, LedgerRow>): void {
    this.#ranks.set(row.id, { commit: this.#commit, replayedAt: row.replayed_at });
    if (row.replay_of_no === null) return;
    const isThere = [...before.values()].some(
      ({ alert_no, event_sink_no, state }) =>
        alert_no === row.alert_no &&
        event_sink_no === row.event_sink_no &&
        (state === "pending" || state === "delivered"),
    );
    if (isThere) this.#deps.fail(`a copy for a sink that has its alert already: ${row.id}`);
    this.#judgeOvertaken(row);
  }

  #judge(was: LedgerRow, row: LedgerRow): void {
    const { fail, plan, isDeleted } = this.#deps;
    const sink = this.#placeOf(row);
    if (row.replayed_at !== was.replayed_at) {
      // What is settled and sent again in one commit has one attempt more.
      const isSettled = was.state !== "pending" || was.attempt_count < row.attempt_count;
      if (!isSettled && !this.#mayDiscard) fail(`sent again while it was pending: ${row.id}`);
      this.#ranks.set(row.id, { commit: this.#commit, replayedAt: row.replayed_at });
      this.#judgeOvertaken(row);
      return;
    }
    if (was.state !== "pending") {
      if (was.state !== row.state) fail(`${row.id} went from ${was.state} to ${row.state}`);
      return;
    }
    if (row.state === "canceled" && !isDeleted(sink)) {
      const isAsked = plan.events.some((one) => one.kind === "discard" && one.sink === sink);
      if (!isAsked) fail(`canceled although nobody asked for it: ${row.id}`);
    }
    if (row.state === "failed" && row.reason === "expired") this.#judgeExpiry(was, sink);
  }

  #judgeExpiry(was: LedgerRow, sink: number): void {
    if (this.#hasJumps) return;
    const { scheduler, isHeld, fail } = this.#deps;
    const ageMs = scheduler.now() - (was.replayed_at ?? was.created_at);
    const isHeldTooLong = isHeld(sink) && ageMs > this.retentionMsMin;
    if (ageMs < deliveryAgeMsMax && !isHeldTooLong) fail(`expired after ${ageMs} ms: ${was.id}`);
  }

  /** What came later of its key was told there, or will be. */
  #judgeOvertaken(row: LedgerRow): void {
    if (this.#mayBeOvertaken) return;
    const closing = row.action === "resolve" ? "trigger" : "resolve";
    const isPast = [...this.#rows.values()].some(
      (other) =>
        other.event_sink_no === row.event_sink_no &&
        other.dedup_key === row.dedup_key &&
        other.alert_no > row.alert_no &&
        other.action === closing &&
        (other.state === "delivered" ||
          (other.state === "pending" && other.replayed_at === null)) &&
        // What came in the same commit may have come after.
        (this.#ranks.get(other.id)?.commit ?? this.#commit) !== this.#commit,
    );
    if (isPast) this.#deps.fail(`sent again although it is overtaken: ${row.id}`);
  }

  #judgeRemoval(was: LedgerRow): void {
    const { scheduler, db, fail } = this.#deps;
    this.removed.set(was.id, was);
    this.#ranks.delete(was.id);
    if (was.state === "pending") fail(`forgotten while it was pending: ${was.id}`);
    const ageMs = scheduler.now() - was.updated_at;
    if (!this.#hasJumps && ageMs < this.retentionMsMin)
      fail(`forgotten after ${ageMs} ms: ${was.id}`);
    const rest = db().get(
      `SELECT 1 FROM alerts WHERE no = ?1 UNION ALL SELECT 1 FROM deliveries WHERE alert_no = ?1
       UNION ALL SELECT 1 FROM attempts WHERE delivery_no = ?2`,
      was.alert_no,
      was.no,
    );
    if (rest !== undefined) fail(`forgotten in part: ${was.id}`);
  }

  #noteReplays(): void {
    for (const { id, filter: text, end_no } of this.#replays()) {
      if (this.#found.has(id)) continue;
      const filter = JSON.parse(text) as { eventSinkId: string | null; state: string };
      const found = [...this.#rows.values()].filter(
        (row) =>
          row.no <= end_no &&
          row.state === filter.state &&
          (filter.eventSinkId === null || this.#idOf(row) === filter.eventSinkId),
      );
      this.#found.set(id, found);
    }
  }

  /** When all is quiet: all that a replay found was sent again, or it says why not. */
  checkReplays(): void {
    for (const { id, state, created_at, skipped, to_event_sink_id } of this.#replays()) {
      if (state !== "done") this.#deps.fail(`replay ${id} is ${state} for good`);
      const rows = [...this.#rows.values()];
      const left = (this.#found.get(id) ?? []).filter((was) => {
        const row = this.#rows.get(was.id);
        // Somebody else sent it again meanwhile, or it is forgotten.
        if (row === undefined || (row.replayed_at ?? 0) >= created_at) return false;
        const to = to_event_sink_id ?? this.#idOf(row);
        return !rows.some((one) => one.replay_of_no === row.no && this.#idOf(one) === to);
      });
      if (!this.#hasJumps && left.length > skipped) {
        this.#deps.fail(`replay ${id} left ${left.length} and says that it skipped ${skipped}`);
      }
    }
  }

  #replays(): ReplayRow[] {
    return this.#deps
      .db()
      .all<ReplayRow>(
        `SELECT *, overtaken_count + already_there_count + sink_deleted_count AS skipped FROM replays`,
      );
  }

  #idOf({ event_sink_no }: LedgerRow): string | undefined {
    return this.#deps.sinkIds[this.#placeOf({ event_sink_no })];
  }

  /** Sinks were made in the plan's order. */
  #placeOf({ event_sink_no }: Pick<LedgerRow, "event_sink_no">): number {
    return event_sink_no - 1;
  }
}
