import { announceChange, announceDue, announceResolveWaiting } from "../../lanes/announcements.ts";
import type { Lane } from "../../store.ts";
import { announceNext } from "../deliveries/due.ts";
import { findLiveLane } from "../deliveries/lanes.ts";
import { supersedeTriggers } from "../deliveries/supersede.ts";
import { releaseWaiting } from "../deliveries/waiting.ts";
import type { NodeState } from "../node-state.ts";
import { fromText } from "../text.ts";
import type { Mail } from "./lane-mail.ts";
import { reread, takeIn } from "./own-lanes.ts";

interface MailRow {
  readonly no: number;
  readonly tenant_id: string;
  readonly event_sink_id: string;
  readonly kind: Mail["kind"];
  readonly dedup_key: string | null;
  readonly supersedes: boolean;
  readonly at: number;
}

/** Letters read at once, so that one batch stays short. */
const mailCountMax = 500;

export const takeMailSql = `DELETE FROM lane_mail WHERE no IN (
    SELECT m.no FROM lane_mail m JOIN lanes l
      ON l.tenant_id = m.tenant_id AND l.event_sink_id = m.event_sink_id
    WHERE l.node_id = $1::uuid ORDER BY m.no LIMIT ${mailCountMax} FOR UPDATE OF m SKIP LOCKED)
  RETURNING no, tenant_id, event_sink_id, kind, dedup_key, supersedes, at`;

/**
 * Reads what other nodes have to say of this node's lanes, and does what it asks for.
 * @returns whether there may be more.
 */
export async function readMail(state: NodeState): Promise<boolean> {
  const rows = await state.db.all<MailRow>(takeMailSql, state.id);
  rows.sort((a, b) => a.no - b.no);
  await takeIn(state, rows);
  for (const row of rows) {
    const lane = { tenantId: row.tenant_id, eventSinkId: row.event_sink_id };
    const dedupKey = row.dedup_key === null ? null : fromText(row.dedup_key);
    if (row.kind === "changed") await hearOfChange(state, lane, row.at);
    else if (row.kind === "due") hearOfDue(state, lane, row.at);
    else if (dedupKey !== null) await hearOfWaiting(state, lane, row, dedupKey);
  }
  return rows.length === mailCountMax;
}

function hearOfDue(state: NodeState, given: Lane, dueAt: number): void {
  const lane = findLiveLane(state, given);
  if (lane !== undefined) announceDue(state, lane, dueAt);
}

async function hearOfChange(state: NodeState, lane: Lane, now: number): Promise<void> {
  if (!state.lanes.has(lane.eventSinkId)) return;
  await reread(state, lane, now, false);
  const known = state.lanes.get(lane.eventSinkId);
  if (known === undefined) return;
  announceChange(state, known, known.deletedAt !== null);
  if (known.deletedAt === null) await announceNext(state, [known], Number.MAX_SAFE_INTEGER);
}

/** Only the owner of a lane supersedes, as it knows what is held, and lets go what waits. */
async function hearOfWaiting(
  state: NodeState,
  given: Lane,
  { kind, supersedes, at }: MailRow,
  dedupKey: string,
): Promise<void> {
  const lane = findLiveLane(state, given);
  if (lane === undefined) return;
  if (supersedes) await supersedeTriggers(state, lane, dedupKey, at);
  if (kind === "resolve_waits") announceResolveWaiting(state, lane, dedupKey);
  await releaseWaiting(state, lane, dedupKey, at);
}
