import { type Static, Type } from "typebox";
import { alertActions, type ShownState } from "../../domain/delivery.ts";
import type { Replay, ReplayOrder } from "../../store/replay-operations.ts";
import {
  Milliseconds,
  nullable,
  TenantIdField,
  TimeBound,
  UuidQuery,
} from "../wire/resource-schemas.ts";
import { milliseconds, readBound } from "../wire/wire-time.ts";
import { ReasonField } from "./attempt-view.ts";
import { StateField } from "./deliveries.ts";

/** What may be sent again where it went before. */
const stateDefault: ShownState = "failed";

export const ReplayBody = Type.Object(
  {
    tenant_id: TenantIdField,
    event_sink_id: Type.Optional(UuidQuery),
    alert_uid: Type.Optional(UuidQuery),
    dedup_key: Type.Optional(Type.String({ maxLength: 255 })),
    action: Type.Optional(Type.Enum([...alertActions])),
    state: Type.Optional(StateField),
    reason: Type.Optional(ReasonField),
    since: Type.Optional(TimeBound),
    until: Type.Optional(TimeBound),
    to_event_sink_id: Type.Optional(
      Type.String({
        format: "uuid",
        description: "makes deliveries of the same alerts for this sink instead",
      }),
    ),
    include_overtaken: Type.Optional(
      Type.Boolean({
        description:
          "also triggers and acknowledges whose resolve was delivered since, and resolves of what fired again",
      }),
    ),
    dry_run: Type.Optional(Type.Boolean({ description: "only counts" })),
  },
  {
    additionalProperties: false,
    description: "The filters of the list of deliveries; `state` is `failed` when left out",
  },
);

const ReplayState = Type.Enum(["running", "done", "canceled", "dry_run"]);

export const ReplayView = Type.Object(
  {
    id: nullable(Type.String({ format: "uuid", description: "null for a dry run" })),
    tenant_id: TenantIdField,
    state: ReplayState,
    filter: Type.Object({
      event_sink_id: Type.Optional(Type.String({ format: "uuid" })),
      alert_uid: Type.Optional(Type.String({ format: "uuid" })),
      dedup_key: Type.Optional(Type.String()),
      action: Type.Optional(Type.String()),
      state: StateField,
      reason: Type.Optional(ReasonField),
      since: Type.Optional(Milliseconds),
      until: Type.Optional(Milliseconds),
    }),
    to_event_sink_id: nullable(Type.String({ format: "uuid" })),
    include_overtaken: Type.Boolean(),
    matched_count: nullable(
      Type.Integer({ description: "found by the filter; null when too many to count" }),
    ),
    replayed_count: Type.Integer({ description: "made pending so far; 0 in a dry run" }),
    skipped: Type.Object(
      {
        overtaken: Type.Integer({ description: "see `include_overtaken`" }),
        already_there: Type.Integer({
          description: "the other sink has a delivery of the alert, delivered or pending",
        }),
        event_sink_deleted: Type.Integer(),
      },
      { description: "matched, and not sent again" },
    ),
    created_at: Milliseconds,
    finished_at: nullable(Milliseconds),
  },
  { $id: "Replay" },
);

/** What a body asks for. */
export function readReplayOrder(body: Static<typeof ReplayBody>): ReplayOrder {
  return {
    tenantId: body.tenant_id,
    filter: {
      eventSinkId: body.event_sink_id?.toLowerCase() ?? null,
      alertUid: body.alert_uid?.toLowerCase() ?? null,
      dedupKey: body.dedup_key ?? null,
      action: body.action ?? null,
      state: body.state ?? stateDefault,
      reason: body.reason ?? null,
      since: readBound("since", body.since),
      until: readBound("until", body.until),
    },
    toEventSinkId: body.to_event_sink_id?.toLowerCase() ?? null,
    includesOvertaken: body.include_overtaken ?? false,
  };
}

export type ShownReplay = Omit<Replay, "id" | "state"> & {
  readonly id: string | null;
  readonly state: Replay["state"] | "dry_run";
};

export function replayView(replay: ShownReplay): Static<typeof ReplayView> {
  const { filter, skipped, finishedAt } = replay;
  const given = <Key extends string, Value>(key: Key, value: Value | null) =>
    value === null ? {} : { [key]: value };
  const time = (at: number | null) => (at === null ? null : milliseconds(at));
  return {
    id: replay.id,
    tenant_id: replay.tenantId,
    state: replay.state,
    filter: {
      ...given("event_sink_id", filter.eventSinkId),
      ...given("alert_uid", filter.alertUid),
      ...given("dedup_key", filter.dedupKey),
      ...given("action", filter.action),
      state: filter.state,
      ...given("reason", filter.reason),
      ...given("since", time(filter.since)),
      ...given("until", time(filter.until)),
    },
    to_event_sink_id: replay.toEventSinkId,
    include_overtaken: replay.includesOvertaken,
    matched_count: replay.matchedCount,
    replayed_count: replay.replayedCount,
    skipped: {
      overtaken: skipped.overtaken,
      already_there: skipped.alreadyThere,
      event_sink_deleted: skipped.sinkDeleted,
    },
    created_at: milliseconds(replay.createdAt),
    finished_at: time(finishedAt),
  };
}
