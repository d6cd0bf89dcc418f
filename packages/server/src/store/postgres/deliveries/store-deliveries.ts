import { mustWait, type Unfinished } from "../../../domain/delivery.ts";
import { isUrgentSeverity } from "../../../domain/severity.ts";
import {
  announceDue,
  announceOffer,
  announceResolveWaiting,
  findTaker,
} from "../../lanes/announcements.ts";
import type { LaneState } from "../../lanes/lane-memory.ts";
import { countDeliveries } from "../../lanes/lane-memory.ts";
import type { NewDelivery } from "../../store.ts";
import type { PortClient } from "../../worker-ports.ts";
import type { NumberedAlert } from "../alerts/timed-alert.ts";
import { laneText } from "../lane-keys.ts";
import type { Lease, NodeState } from "../node-state.ts";
import { type Mail, sendMail, waitingMail } from "../nodes/lane-mail.ts";
import { toText } from "../text.ts";
import { takeLease } from "./lanes.ts";
import { readMemories } from "./sink-memory.ts";
import { supersedeTriggers } from "./supersede.ts";
import { findUnfinished, type SinkKey, sinkKeyText } from "./waiting.ts";

interface NewRow extends NumberedAlert, SinkKey {
  readonly id: string;
  readonly waits: boolean;
  readonly lease: Lease | null;
}

interface Offer {
  readonly taker: PortClient;
  readonly row: NewRow & { readonly lease: Lease };
}

/**
 * Stores the deliveries of a batch of alerts: one after the other as far as order, offers and what
 * is superseded go, and all together on their way to the database.
 */
export class DeliveryIntake {
  readonly #state: NodeState;
  readonly #alerts: readonly NumberedAlert[];
  readonly #live: ReadonlySet<string>;
  readonly #unfinished = new Map<string, Unfinished[]>();
  #rows: NewRow[] = [];
  readonly #offers: Offer[] = [];
  readonly #mails: Mail[] = [];

  constructor(state: NodeState, alerts: readonly NumberedAlert[], live: ReadonlySet<string>) {
    this.#state = state;
    this.#alerts = alerts;
    this.#live = live;
  }

  /** Looks up what is unfinished of every key of the batch. */
  async prepare(): Promise<void> {
    const keys = new Map<string, SinkKey>();
    for (const { given } of this.#alerts) {
      const { tenantId, dedupKey } = given.alert;
      for (const { eventSinkId } of given.deliveries) {
        const key = { tenantId, eventSinkId, dedupKey };
        if (this.#live.has(laneText(key))) keys.set(sinkKeyText(key), key);
      }
    }
    await this.#look([...keys.values()]);
  }

  async #look(keys: readonly SinkKey[]): Promise<void> {
    const found = await findUnfinished(this.#state, keys);
    for (const [index, key] of keys.entries()) {
      this.#unfinished.set(sinkKeyText(key), found[index] ?? []);
    }
  }

  /** Stores one delivery of an alert; its sink is there. */
  async add(timed: NumberedAlert, { id, eventSinkId, supersedes }: NewDelivery): Promise<void> {
    const { tenantId, dedupKey, action } = timed.given.alert;
    const key = { tenantId, eventSinkId, dedupKey };
    const lane = this.#state.lanes.get(eventSinkId);
    if (supersedes === true && lane !== undefined) {
      // What came before it in this batch may be superseded too.
      await this.#write();
      await supersedeTriggers(this.#state, lane, dedupKey, timed.now);
      await this.#look([key]);
    }
    const unfinished = this.#unfinished.get(sinkKeyText(key)) ?? [];
    const waits = mustWait(action, unfinished);
    unfinished.push({ action });
    this.#unfinished.set(sinkKeyText(key), unfinished);
    const row = { ...timed, ...key, id, waits };
    if (lane === undefined) {
      this.#rows.push({ ...row, lease: null });
      const letter = { waits, action, at: timed.now, supersedes: supersedes === true };
      this.#mails.push(waitingMail(key, letter));
    } else if (waits) {
      this.#rows.push({ ...row, lease: null });
      if (action === "resolve") announceResolveWaiting(this.#state, lane, dedupKey);
    } else {
      this.#offer(lane, row);
    }
  }

  #offer(lane: LaneState, row: Omit<NewRow, "lease">): void {
    const taker = findTaker(this.#state, lane);
    if (taker === undefined) {
      this.#rows.push({ ...row, lease: null });
      announceDue(this.#state, lane, row.now);
      return;
    }
    const lease = takeLease(this.#state, lane, taker, {
      deliveryId: row.id,
      seq: 0,
      dedupKey: row.dedupKey,
      action: row.given.alert.action,
      dueAt: row.now,
      arrivedAt: row.now,
      chars: row.given.alert.body.length,
      attemptCount: 0,
    });
    this.#rows.push({ ...row, lease });
    this.#offers.push({ taker, row: { ...row, lease } });
  }

  async #write(): Promise<void> {
    const rows = this.#rows;
    this.#rows = [];
    if (rows.length === 0) return;
    const seqs = await insertDeliveries(this.#state, rows);
    for (const { id, lease } of rows) if (lease !== null) lease.seq = seqs.get(id) ?? 0;
    countDeliveries(this.#state, "pending", rows.length);
  }

  /** Writes what is left, and tells of it. */
  async finish(): Promise<void> {
    await this.#write();
    const memories = await readMemories(
      this.#state,
      this.#offers.map(({ row }) => row),
    );
    for (const { taker, row } of this.#offers) {
      announceOffer(this.#state, taker, {
        tenantId: row.tenantId,
        eventSinkId: row.eventSinkId,
        id: row.id,
        lease: row.lease.token,
        alert: row.given.alert,
        attemptCount: 0,
        failureCount: 0,
        createdAt: row.now,
        replayedAt: null,
        memory: memories.get(sinkKeyText(row)) ?? {},
        isResolveWaiting: false,
      });
    }
    await sendMail(this.#state, ...withoutRepeats(this.#mails));
  }
}

/** One letter is enough to say that a lane has something due. */
function withoutRepeats(mails: readonly Mail[]): Mail[] {
  const due = new Set<string>();
  return mails.filter(({ kind, eventSinkId }) => {
    if (kind !== "due") return true;
    const isFirst = !due.has(eventSinkId);
    due.add(eventSinkId);
    return isFirst;
  });
}

const insertSql = `WITH given AS (
    SELECT nextval('delivery_seq') AS seq, n.* FROM unnest($1::text[], $2::uuid[], $3::uuid[],
      $4::uuid[], $5::bigint[], $6::text[], $7::text[], $8::boolean[], $9::boolean[], $10::bigint[])
      AS n(tenant_id, event_sink_id, id, alert_uid, tenant_no, dedup_key, action, is_urgent, waits, now)
  ), queued AS (
    INSERT INTO queue (tenant_id, event_sink_id, seq, delivery_id, alert_uid, dedup_key, action,
      is_urgent, due_at, created_at, updated_at)
    SELECT tenant_id, event_sink_id, seq, id, alert_uid, dedup_key, action, is_urgent,
      CASE WHEN waits THEN NULL ELSE now END, now, now FROM given
  ), stored AS (
    INSERT INTO deliveries (tenant_id, id, tenant_no, event_sink_id, alert_uid, seq, dedup_key,
      action, state, attempt_count, created_at, updated_at)
    SELECT tenant_id, id, tenant_no, event_sink_id, alert_uid, seq, dedup_key, action, 'pending', 0,
      now, now FROM given
  )
  SELECT id, seq FROM given`;

/** @returns the place of each in the queue, by delivery id. */
async function insertDeliveries(
  state: NodeState,
  rows: readonly NewRow[],
): Promise<Map<string, number>> {
  const alerts = rows.map(({ given }) => given.alert);
  const stored = await state.db.all<{ id: string; seq: number }>(
    insertSql,
    rows.map(({ tenantId }) => tenantId),
    rows.map(({ eventSinkId }) => eventSinkId),
    rows.map(({ id }) => id),
    alerts.map(({ uid }) => uid),
    rows.map(({ tenantNo }) => tenantNo),
    rows.map(({ dedupKey }) => toText(dedupKey)),
    alerts.map(({ action }) => action),
    alerts.map(({ severityId }) => isUrgentSeverity(severityId)),
    rows.map(({ waits }) => waits),
    rows.map(({ now }) => now),
  );
  return new Map(stored.map(({ id, seq }) => [id, seq]));
}
