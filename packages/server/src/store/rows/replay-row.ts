import type { Replay, ReplayFilter } from "../replay-operations.ts";
import type { StoredFlag } from "./stored.ts";

export interface ReplayRow {
  readonly no: number;
  readonly id: string;
  readonly tenant_no: number;
  readonly tenant_id: string;
  readonly filter: string;
  readonly to_event_sink_id: string | null;
  readonly includes_overtaken: StoredFlag;
  readonly state: Replay["state"];
  readonly matched_count: number | null;
  readonly replayed_count: number;
  readonly overtaken_count: number;
  readonly already_there_count: number;
  readonly sink_deleted_count: number;
  readonly created_at: number;
  readonly finished_at: number | null;
}

export const toReplay = (row: ReplayRow): Replay => ({
  id: row.id,
  tenantId: row.tenant_id,
  filter: JSON.parse(row.filter) as ReplayFilter,
  toEventSinkId: row.to_event_sink_id,
  includesOvertaken: Boolean(row.includes_overtaken),
  state: row.state,
  matchedCount: row.matched_count,
  replayedCount: row.replayed_count,
  skipped: {
    overtaken: row.overtaken_count,
    alreadyThere: row.already_there_count,
    sinkDeleted: row.sink_deleted_count,
  },
  createdAt: row.created_at,
  finishedAt: row.finished_at,
});
