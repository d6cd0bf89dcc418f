/** `/v1/delivery/…/retry` and `/v1/delivery/replay`: sending again what was settled. */

import { type Static, Type } from "typebox";
import { ApiError } from "../../errors.ts";
import { newId } from "../../ids.ts";
import {
  type Replay,
  type ReplayOrder,
  runningReplaysMax,
  type SkippedCounts,
} from "../../store/replay-operations.ts";
import type { Store } from "../../store/store.ts";
import { auditEntry } from "../accounts/audit-entry.ts";
import type { App, HttpContext } from "../context.ts";
import { requireTenant, scopeOf } from "../gate/auth.ts";
import { ref, responses, secured } from "../openapi.ts";
import { pageQuery, paginationOf, readPage } from "../wire/pagination.ts";
import {
  IdParams,
  listOf,
  notFound,
  readId,
  TenantIdField,
  unknownTenant,
} from "../wire/resource-schemas.ts";
import { DeliveryView, deliveryView } from "./deliveries.ts";
import { ReplayBody, ReplayView, readReplayOrder, replayView } from "./replay-view.ts";

const what = "replay";
const tags = ["Deliveries"];
const path = "/v1/delivery/replay";

/** Parts of a count, 10,000 rows each, before a replay starts without knowing how much it is. */
const countPartsMax = 50;

/** No filter at all. */
const anyDelivery = {
  ...{ alertUid: null, dedupKey: null, action: null, state: null },
  ...{ reason: null, since: null, until: null },
};

const Wrapped = Type.Object({ replay: ref(ReplayView) });

/** Routes; `DeliveryView` is added by the alerts' own. */
export function replayRoutes(app: App, context: HttpContext): void {
  app.addSchema(ReplayView);
  addRetry(app, context);
  addReplay(app, context);
  addReads(app, context);
}

function addRetry(app: App, context: HttpContext): void {
  const { store, clock } = context;
  const schema = {
    tags,
    summary: "Try a delivery now",
    description:
      "A settled one is made pending again, the same delivery with the same id on the wire; a pending one is due now.",
    security: secured,
    params: IdParams,
    body: Type.Union([
      Type.Null(),
      Type.Object(
        { include_overtaken: Type.Optional(Type.Boolean()) },
        { additionalProperties: false },
      ),
    ]),
    response: responses(Type.Object({ delivery: ref(DeliveryView) }), 404, 409, 413, 415),
  };
  app.post("/v1/delivery/:id/retry", { schema }, async (request) => {
    const { principal, params, body } = request;
    const id = readId(params.id, "delivery");
    const scope = { tenantId: scopeOf(principal), id };
    const find = async () => {
      const found = await store.getDelivery(scope);
      if (found === null) throw notFound("delivery", id);
      return found.delivery;
    };
    const { tenantId } = await find();
    const done = await store.retryDelivery({
      ...scope,
      now: clock.now(),
      includesOvertaken: body?.include_overtaken === true,
      audit: auditEntry(request, context, "delivery.retried", { tenantId, id }),
    });
    if (done === "not_found") throw notFound("delivery", id);
    if (done !== "done") throw new ApiError("conflict", whyNotRetried[done]);
    return { delivery: deliveryView(await find()) };
  });
}

const whyNotRetried = {
  sink_deleted:
    "The delivery's event sink was deleted: send its alert to another one with POST /v1/delivery/replay " +
    "and `to_event_sink_id`.",
  overtaken:
    "What came later of its `dedup_key` was delivered already, or will be, so that this one would open a problem " +
    'that is over, or close one that is not: send {"include_overtaken": true} to try it all the same.',
  waiting:
    "It waits for an earlier delivery of its `dedup_key`, and goes out as soon as that is settled: retry that one.",
} as const;

function addReplay(app: App, context: HttpContext): void {
  const { store, clock, replayer } = context;
  const schema = {
    tags,
    summary: "Replay deliveries by filter",
    description:
      "In the background, oldest first; `GET /v1/delivery/replay/{id}` says how far it is. A receiver is told by " +
      "`event-sinks-replay: true` (webhooks) or a word in the message (Slack).",
    security: secured,
    body: ReplayBody,
    response: responses(Wrapped, 404, 409, 413, 415),
  };
  app.post(path, { schema }, async (request) => {
    const { principal, body, raw } = request;
    requireTenant(principal, body.tenant_id);
    const order = readReplayOrder(body);
    await refuse(order, store);
    const isDryRun = body.dry_run === true;
    const limit = isDryRun ? Number.POSITIVE_INFINITY : countPartsMax;
    const counted = await count(order, store, limit, () => raw.socket.destroyed);
    const started = { ...order, ...counted, replayedCount: 0, finishedAt: null };
    const now = clock.now();
    if (isDryRun) {
      return { replay: replayView({ ...started, id: null, state: "dry_run", createdAt: now }) };
    }
    const id = newId();
    const { matchedCount } = counted;
    const subject = { tenantId: order.tenantId, id, body };
    const audit = auditEntry(request, context, "replay.created", subject);
    refuseOutcome(order, await store.createReplay({ ...order, id, matchedCount, now, audit }));
    replayer.wake();
    const skipped = { overtaken: 0, alreadyThere: 0, sinkDeleted: 0 };
    return { replay: replayView({ ...started, skipped, id, state: "running", createdAt: now }) };
  });
}

/** Refuses what can be told before anything is counted. */
async function refuse(order: ReplayOrder, store: Store): Promise<void> {
  const { tenantId, filter, toEventSinkId } = order;
  const isPending = filter.state === "pending" || filter.state === "held";
  if (isPending && toEventSinkId === null) {
    throw invalid(
      "state",
      `Deliveries that are \`${filter.state}\` will be sent anyway: name another sink in \`to_event_sink_id\`, or replay settled ones.`,
    );
  }
  if ((await store.getTenantSinks({ tenantId })) === null) throw unknownTenant(tenantId);
  await refuseFilter(order, store);
  if (toEventSinkId === null) return;
  if (filter.eventSinkId === toEventSinkId) {
    throw invalid("to_event_sink_id", "To replay to the same sink leave out `to_event_sink_id`.");
  }
  if ((await store.getEventSink({ tenantId, id: toEventSinkId })) === null) {
    throw noSuchTarget(toEventSinkId);
  }
}

/** A mistyped id would find nothing and look like success. */
async function refuseFilter({ tenantId, filter }: ReplayOrder, store: Store): Promise<void> {
  const { eventSinkId, alertUid } = filter;
  if (eventSinkId !== null && !(await hasBeenSink({ tenantId, id: eventSinkId }, store))) {
    throw invalid(
      "event_sink_id",
      `Nothing of this tenant was ever sent to an event sink \`${eventSinkId}\`: check the id, and whose it is.`,
    );
  }
  if (alertUid !== null && (await store.getAlert({ tenantId, id: alertUid })) === null) {
    throw invalid(
      "alert_uid",
      `There is no alert \`${alertUid}\` of this tenant: check that it is the \`uid\` of the answer, and not your own \`id\`.`,
    );
  }
}

/** A sink that was deleted counts while it has deliveries: they can be replayed to another one. */
async function hasBeenSink(scope: { tenantId: string; id: string }, store: Store) {
  if ((await store.getEventSink(scope)) !== null) return true;
  const filter = { ...anyDelivery, tenantId: scope.tenantId, eventSinkId: scope.id };
  const { items } = await store.listDeliveries({ ...filter, after: null, limit: 1 });
  return items.length > 0;
}

function refuseOutcome(
  { tenantId, toEventSinkId }: ReplayOrder,
  outcome: Awaited<ReturnType<Store["createReplay"]>>,
): void {
  if (outcome === "unknown_tenant") throw unknownTenant(tenantId);
  if (outcome === "unknown_event_sink") throw noSuchTarget(toEventSinkId ?? "");
  if (outcome === "too_many") {
    throw new ApiError(
      "conflict",
      `${runningReplaysMax} replays of this tenant are running: wait until one is done, or cancel one.`,
    );
  }
}

function noSuchTarget(id: string): ApiError {
  return invalid("to_event_sink_id", `There is no event sink \`${id}\` of this tenant.`);
}

function invalid(field: string, message: string): ApiError {
  return new ApiError("invalid_request", message, { details: [{ path: field, message }] });
}

/** Counts in parts, so that other look-ups get in between. */
async function count(
  order: ReplayOrder,
  store: Store,
  partsMax: number,
  isGone: () => boolean,
): Promise<{ matchedCount: number | null; skipped: SkippedCounts }> {
  let matchedCount = 0;
  const skipped = { overtaken: 0, alreadyThere: 0, sinkDeleted: 0 };
  let after: string | null = null;
  for (let part = 0; part < partsMax && !isGone(); part += 1) {
    const counted: Awaited<ReturnType<Store["countReplay"]>> = await store.countReplay({
      ...order,
      after,
    });
    matchedCount += counted.matchedCount;
    skipped.overtaken += counted.skipped.overtaken;
    skipped.alreadyThere += counted.skipped.alreadyThere;
    skipped.sinkDeleted += counted.skipped.sinkDeleted;
    after = counted.next;
    if (after === null) return { matchedCount, skipped };
  }
  return { matchedCount: null, skipped };
}

function addReads(app: App, context: HttpContext): void {
  const { store, clock } = context;
  const find = async (scope: { tenantId: string | null; id: string }): Promise<Replay> => {
    const replay = await store.getReplay(scope);
    if (replay === null) throw notFound(what, scope.id);
    return replay;
  };
  const get = {
    tags,
    summary: "How far a replay is",
    security: secured,
    params: IdParams,
    response: responses(Wrapped, 404),
  };
  app.get(`${path}/:id`, { schema: get }, async ({ principal, params }) => {
    const scope = { tenantId: scopeOf(principal), id: readId(params.id, what) };
    return { replay: replayView(await find(scope)) };
  });

  const list = {
    tags,
    summary: "List replays",
    description: "Newest first.",
    security: secured,
    querystring: Type.Object(
      { tenant_id: TenantIdField, ...pageQuery },
      { additionalProperties: false },
    ),
    response: responses(listOf("replays", ref(ReplayView))),
  };
  app.get(path, { schema: list, config: { isList: true } }, async ({ principal, query }) => {
    requireTenant(principal, query.tenant_id);
    const page = readPage(query, what);
    const listed = await store.listReplays({ ...page, tenantId: query.tenant_id });
    const replays: Static<typeof ReplayView>[] = listed.items.map(replayView);
    return { data: { replays }, pagination: paginationOf(listed, what) };
  });

  const cancel = {
    tags,
    summary: "Stop a replay",
    description: "What it has made pending stays so.",
    security: secured,
    params: IdParams,
    response: responses(Wrapped, 404, 409),
  };
  app.post(`${path}/:id/cancel`, { schema: cancel }, async (request) => {
    const scope = { tenantId: scopeOf(request.principal), id: readId(request.params.id, what) };
    const audit = auditEntry(request, context, "replay.canceled", await find(scope));
    const outcome = await store.cancelReplay({ ...scope, now: clock.now(), audit });
    if (outcome === "not_found") throw notFound(what, scope.id);
    const replay = await find(scope);
    if (outcome === "finished") {
      throw new ApiError("conflict", `The replay is ${replay.state}: there is nothing to stop.`);
    }
    return { replay: replayView(replay) };
  });
}
