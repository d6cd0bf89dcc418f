import type { JsonObject } from "../../../domain/json.ts";
import type { LaneState } from "../../lanes/lane-memory.ts";
import { changeLane } from "../../lanes/lane-memory.ts";
import { laneKeys } from "../lane-keys.ts";
import type { NodeState } from "../node-state.ts";
import { fromText, toText } from "../text.ts";
import { type SinkKey, sinkKeyText } from "./waiting.ts";

/** What sink types remember of keys, by `sinkKeyText`. Sinks that remember nothing cost no look-up. */
export async function readMemories(
  state: NodeState,
  keys: readonly SinkKey[],
): Promise<Map<string, JsonObject>> {
  const wanted = keys.filter(({ eventSinkId }) => state.lanes.get(eventSinkId)?.hasMemory === true);
  if (wanted.length === 0) return new Map();
  const rows = await state.db.all<{ event_sink_id: string; dedup_key: string; memory: string }>(
    `SELECT m.event_sink_id, m.dedup_key, m.memory
     FROM unnest($1::text[], $2::uuid[], $3::text[]) AS w(tenant_id, event_sink_id, dedup_key)
     JOIN sink_memory m ON m.tenant_id = w.tenant_id AND m.event_sink_id = w.event_sink_id
       AND m.dedup_key = w.dedup_key`,
    ...laneKeys(wanted),
    wanted.map(({ dedupKey }) => toText(dedupKey)),
  );
  return new Map(
    rows.map(({ event_sink_id, dedup_key, memory }) => [
      sinkKeyText({ tenantId: "", eventSinkId: event_sink_id, dedupKey: fromText(dedup_key) }),
      JSON.parse(memory) as JsonObject,
    ]),
  );
}

export interface NewMemory {
  readonly lane: LaneState;
  readonly dedupKey: string;
  /** `{}` forgets it. */
  readonly memory: JsonObject;
  readonly now: number;
}

/** Replaces memories, the last of a key counts. That of a deleted sink is not kept. */
export async function writeMemories(state: NodeState, all: readonly NewMemory[]): Promise<void> {
  const last = new Map<string, NewMemory>();
  for (const one of all) {
    if (one.lane.deletedAt !== null) continue;
    last.set(sinkKeyText({ ...one.lane, dedupKey: one.dedupKey }), one);
  }
  const isEmpty = ({ memory }: NewMemory) => Object.keys(memory).length === 0;
  await deleteMemories(
    state,
    [...last.values()].filter((one) => isEmpty(one) && one.lane.hasMemory),
  );
  const kept = [...last.values()].filter((one) => !isEmpty(one));
  if (kept.length === 0) return;
  await state.db.run(
    `INSERT INTO sink_memory (tenant_id, event_sink_id, dedup_key, memory, updated_at)
     SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::bigint[])
     ON CONFLICT (tenant_id, event_sink_id, dedup_key)
       DO UPDATE SET memory = excluded.memory, updated_at = excluded.updated_at`,
    ...laneKeys(kept.map(({ lane }) => lane)),
    kept.map(({ dedupKey }) => toText(dedupKey)),
    kept.map(({ memory }) => JSON.stringify(memory)),
    kept.map(({ now }) => now),
  );
  for (const { lane } of kept) if (!lane.hasMemory) changeLane(state, lane, { hasMemory: true });
}

async function deleteMemories(state: NodeState, all: readonly NewMemory[]): Promise<void> {
  if (all.length === 0) return;
  await state.db.run(
    `DELETE FROM sink_memory m
     USING unnest($1::text[], $2::uuid[], $3::text[]) AS w(tenant_id, event_sink_id, dedup_key)
     WHERE m.tenant_id = w.tenant_id AND m.event_sink_id = w.event_sink_id
       AND m.dedup_key = w.dedup_key`,
    ...laneKeys(all.map(({ lane }) => lane)),
    all.map(({ dedupKey }) => toText(dedupKey)),
  );
}
