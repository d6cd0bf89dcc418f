import type { JsonObject } from "../../../domain/json.ts";
import { changeLane } from "../../lanes/lane-memory.ts";
import type { LaneState, WriterState } from "../writer-state.ts";

/** What the sink type remembers of a key; `{}` at first. Sinks that remember nothing cost no look-up. */
export function readMemory(state: WriterState, lane: LaneState, dedupKey: string): JsonObject {
  if (!lane.hasMemory) return {};
  const row = state.db.get<{ memory: string }>(
    "SELECT memory FROM sink_memory WHERE event_sink_no = ? AND dedup_key = ?",
    lane.eventSinkNo,
    dedupKey,
  );
  return row === undefined ? {} : (JSON.parse(row.memory) as JsonObject);
}

/** Replaces it; `{}` forgets it. That of a deleted sink is not kept. */
export function writeMemory(
  state: WriterState,
  lane: LaneState,
  dedupKey: string,
  memory: JsonObject,
  now: number,
): void {
  if (lane.deletedAt !== null) return;
  if (Object.keys(memory).length === 0) {
    if (lane.hasMemory) deleteMemory(state, lane, dedupKey);
    return;
  }
  state.db.run(
    `INSERT INTO sink_memory (event_sink_no, dedup_key, memory, updated_at) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET memory = excluded.memory, updated_at = excluded.updated_at`,
    lane.eventSinkNo,
    dedupKey,
    JSON.stringify(memory),
    now,
  );
  if (!lane.hasMemory) changeLane(state, lane, { hasMemory: true });
}

function deleteMemory({ db }: WriterState, lane: LaneState, dedupKey: string): void {
  db.run(
    "DELETE FROM sink_memory WHERE event_sink_no = ? AND dedup_key = ?",
    lane.eventSinkNo,
    dedupKey,
  );
}
