import type { AlertAction } from "../../../domain/delivery.ts";
import type { Lane } from "../../store.ts";
import type { NodeState } from "../node-state.ts";
import { toText } from "../text.ts";

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
