import type { AlertAction } from "../../../domain/delivery.ts";
import { announceChange, announceDue, announceResolveWaiting } from "../../lanes/announcements.ts";
import type { Lane } from "../../store.ts";
import { announceNext } from "../deliveries/due.ts";
import { findLiveLane } from "../deliveries/lanes.ts";
import { supersedeTriggers } from "../deliveries/supersede.ts";
import { releaseWaiting } from "../deliveries/waiting.ts";
import type { NodeState } from "../node-state.ts";
import { fromText, toText } from "../text.ts";
import { reread, takeIn } from "./own-lanes.ts";

/** What a node has to tell the one that owns a lane. It is kept until that one, or its heir, has read it. */
export interface Mail extends Lane {
  /**
   * - `due`: something to claim was stored;
   * - `waits`: something was stored that waits for others of its key, or is to supersede them;
   * - `resolve_waits`: the same, and it is a resolve;
   * - `changed`: the sink's row was changed;
   * - `given`: the lane is yours from now on.
   */
  readonly kind: "due" | "waits" | "resolve_waits" | "changed" | "given";
  readonly dedupKey: string | null;
  readonly supersedes?: boolean;
  readonly at: number;
}

/**
 * What the owner of a lane must hear of a delivery that was stored for it. It looks itself at what
 * waits, or would supersede.
 */
export function waitingMail(
  { tenantId, eventSinkId, dedupKey }: Lane & { readonly dedupKey: string },
  stored: { waits: boolean; action: AlertAction; supersedes: boolean; at: number },
): Mail {
  const { waits, action, supersedes, at } = stored;
  const lane = { tenantId, eventSinkId, at };
  if (!waits) return { ...lane, kind: "due", dedupKey: null };
  return { ...lane, kind: action === "resolve" ? "resolve_waits" : "waits", dedupKey, supersedes };
}

export async function sendMail(state: NodeState, ...mails: readonly Mail[]): Promise<void> {
  if (mails.length === 0) return;
  await state.db.run(
    `INSERT INTO lane_mail (tenant_id, event_sink_id, kind, dedup_key, supersedes, at)
     SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::boolean[], $6::bigint[])`,
    mails.map(({ tenantId }) => tenantId),
    mails.map(({ eventSinkId }) => eventSinkId),
    mails.map(({ kind }) => kind),
    mails.map(({ dedupKey }) => (dedupKey === null ? null : toText(dedupKey))),
    mails.map(({ supersedes }) => supersedes === true),
    mails.map(({ at }) => at),
  );
  for (const { tenantId, eventSinkId } of mails) {
    state.mailed.push({ tenantId, eventSinkId });
    state.undo.push(() => state.mailed.pop());
  }
}

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
