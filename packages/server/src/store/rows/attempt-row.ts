import type { OutcomeName, Reason } from "../../domain/reason.ts";
import type { Attempt, Exchange } from "../store.ts";
import type { ReadText, StoredFlag } from "./stored.ts";

export interface AttemptRow {
  readonly number: number;
  readonly started_at: number;
  readonly duration_ms: number;
  readonly outcome: OutcomeName;
  readonly reason: Reason | null;
  readonly detail: string | null;
  readonly ambiguous: StoredFlag;
  readonly is_degraded: StoredFlag;
  readonly next_try_at: number | null;
  readonly exchanges: string;
  readonly is_replay: StoredFlag;
}

/** Columns of `AttemptRow`. */
export const attemptColumns = `number, started_at, duration_ms, outcome, reason, detail, ambiguous,
  is_degraded, next_try_at, exchanges, is_replay`;

export const readAttempt = (row: AttemptRow, readText: ReadText): Attempt => ({
  number: row.number,
  startedAt: row.started_at,
  durationMs: row.duration_ms,
  outcome: row.outcome,
  reason: row.reason,
  detail: row.detail === null ? null : readText(row.detail),
  ambiguous: Boolean(row.ambiguous),
  isDegraded: Boolean(row.is_degraded),
  nextTryAt: row.next_try_at,
  ...(row.is_replay ? { isReplay: true } : {}),
  exchanges: JSON.parse(row.exchanges) as Exchange[],
});
