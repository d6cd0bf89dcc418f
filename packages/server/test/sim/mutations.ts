/**
 * Faults to plant, one at a time. The simulation must find each: a check that finds no planted
 * fault would find no real one. `from` stands exactly once in the file, else the test says
 * that the table has to follow the code.
 */

export interface Mutation {
  readonly story: string;
  /** From `packages/server/src/`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const laneRunner = "engine/lane-runner.ts";
const settleFile = "store/sqlite/deliveries/settle.ts";
const laneMemory = "store/lanes/lane-memory.ts";
const leases = "store/lanes/leases.ts";
const pruneFile = "store/sqlite/retention/prune-old.ts";
const resendFile = "store/sqlite/deliveries/resend.ts";

export const mutations: readonly Mutation[] = [
  {
    story: "settled before it is sent",
    file: "engine/deliver.ts",
    from: "  const made =\n    group.kind",
    to: `  const noHealth = { before: known.health, after: known.health, now: deps.clock.now(), random: 0 };
  const gone = { startedAt: noHealth.now, durationMs: 0, exchanges: [], memory: undefined, learned: undefined, outcome: { kind: "delivered" as const } };
  for (const delivery of deliveries) await deps.settler.settle(settlementOf({ delivery, findings: gone, memory: undefined, ...noHealth }));
  const made =\n    group.kind`,
  },
  {
    story: "a broken connection counts as delivered",
    file: "engine/attempt.ts",
    from: `if (result.kind === "failure") return { ...result, kind: "retry" };`,
    to: `if (result.kind === "failure") return { kind: "delivered" };`,
  },
  {
    story: "a settle counts whatever its lease",
    file: leases,
    from: "return lease?.token === held.lease &&",
    to: "return lease !== undefined &&",
  },
  {
    story: "a lease outlives its settle, so a second settle is accepted",
    file: settleFile,
    from: "  endLease(state, settlement.deliveryId, lease);\n",
    to: "",
  },
  {
    story: "a retry that is stored and forgotten by the engine",
    file: laneRunner,
    from: `if (state === "pending" && dueAt !== null) lanes.expect(lane, dueAt);`,
    to: "",
  },
  {
    story: "a retry that is dropped",
    file: "engine/settlement.ts",
    from: `  return { ...waiting, dueAt: Math.min(dueAt, probeAt) };`,
    to: `  return failures > 2 ? failed(outcome.reason, failures) : { ...waiting, dueAt: Math.min(dueAt, probeAt) };`,
  },
  {
    story: "order lost at intake",
    file: "store/sqlite/alerts/accept-alerts.ts",
    from: "const waits = mustWait(action, findUnfinished(state, lane, dedupKey));",
    to: "const waits = false;",
  },
  {
    story: "a resolve overtakes its trigger",
    file: "domain/delivery.ts",
    from: `if (action !== "trigger") return earlier.length > 0;`,
    to: `if (action === "acknowledge") return earlier.length > 0;`,
  },
  {
    story: "what waited for its key is never let go",
    file: settleFile,
    from: "if (dueAt === null) releaseWaiting(state, lease.lane, lease.dedupKey, settlement.now);",
    to: "if (dueAt === null) {}",
  },
  {
    story: "superseded after an ambiguous attempt",
    file: "store/sqlite/deliveries/supersede.ts",
    from: "is_ambiguous === 0 && !state.leases.has(id)",
    to: "is_ambiguous < 2 && !state.leases.has(id)",
  },
  {
    story: "superseded while it is under way",
    file: "store/sqlite/deliveries/supersede.ts",
    from: "is_ambiguous === 0 && !state.leases.has(id)",
    to: `is_ambiguous === 0 && id !== ""`,
  },
  {
    story: "a broken sink gets all at once instead of a probe",
    file: "store/sqlite/deliveries/claim.ts",
    from: "return lane.probeAt === null ? limit : Math.min(limit, 1);",
    to: "return limit;",
  },
  {
    story: "a broken sink is not left alone until its probe",
    file: laneMemory,
    from: `return state === "broken" ? (nextProbeAt ?? 0) : null;`,
    to: `return state === "broken" ? 0 : null;`,
  },
  {
    story: "held deliveries go out while the sink is paused",
    file: laneMemory,
    from: "lane.isPaused || lane.leavesFor !== null",
    to: "lane.leavesFor !== null",
  },
  {
    story: "new deliveries are offered while the sink is paused",
    file: laneMemory,
    from: "return lane.isPaused || lane.probeAt !== null;",
    to: "return lane.probeAt !== null;",
  },
  {
    story: "Retry-After is ignored for the delivery",
    file: "domain/retry.ts",
    from: "input.retryAfterMs === undefined ? undefined : Math.min(input.retryAfterMs, retryAfterMsMax);",
    to: "input.retryAfterMs === undefined ? undefined : Math.min(input.retryAfterMs, 0);",
  },
  {
    story: "Retry-After is ignored for the rest of the lane",
    file: laneRunner,
    from: "this.#holdLane(lane, sink, settlements[0]?.dueAt ?? 0);",
    to: "",
  },
  {
    story: "what a sink type remembers is lost",
    file: settleFile,
    from: "if (settlement.memory !== undefined) {",
    to: "if (settlement.memory === null) {",
  },
  {
    story: "a sink's health never heals",
    file: "domain/sink-health.ts",
    from: `if (sign.kind === "delivered") {`,
    to: `if (sign.kind === "delivered" && health.state !== "broken") {`,
  },
  {
    story: "more attempts at once than a sink may have",
    file: laneRunner,
    from: "lane.attemptCount < attemptsMax",
    to: "lane.attemptCount <= attemptsMax",
  },
  {
    story: "a crash forgets what was due",
    file: "engine/engine.ts",
    from: "if (lane.nextDueAt !== null) this.#lanes.expect(lane, lane.nextDueAt);",
    to: "",
  },
  {
    story: "what was under way as its sink was deleted is tried again for ever",
    file: settleFile,
    from: `const isCanceled = settlement.state === "pending" && lease.lane.deletedAt !== null;`,
    to: "const isCanceled = false;",
  },
  {
    story: "sent on although the sink was deleted, paused or changed",
    file: "engine/engine.ts",
    from: "        this.#sinks.forget(event);\n        this.#reconsider(event);\n",
    to: "",
  },
  {
    story: "what is handed back while the store is away stays leased",
    file: "engine/engine.ts",
    from: "if (!(error instanceof StoreUnavailable) || this.#isCutOff) return;",
    to: "return;",
  },
  {
    story: "a batch that fails leaves its leases in memory",
    file: leases,
    from: "    leases.delete(deliveryId);\n    countLease(lease, -1);\n  });",
    to: "  });",
  },
  {
    story: "an alert is accepted although its commit failed",
    file: "store/sqlite/batch.ts",
    from: `  state.db.run("COMMIT");\n`,
    to: `  try { state.db.run("COMMIT"); } catch { state.db.exec("ROLLBACK"); }\n`,
  },
  {
    story: "a settle is given up when the store is away",
    file: "engine/settler.ts",
    from: "if (isAway && !isGivingUp) {",
    to: "if (isAway && isGivingUp) {",
  },
  {
    story: "an attempt takes the number of the one before",
    file: "engine/settlement.ts",
    from: "attemptRecord(delivery.attemptCount + 1, findings",
    to: "attemptRecord(Math.max(delivery.attemptCount, 1), findings",
  },
  {
    story: "counts drift from the rows",
    file: settleFile,
    from: "  countDeliveries(state, end, 1);\n",
    to: "",
  },
  {
    story: "a webhook's id changes with each try",
    file: "sinks/webhook/webhook.ts",
    from: "signatureHeaders({ id: deliveryId, now, body }",
    to: "signatureHeaders({ id: deliveryId + now, now, body }",
  },
  {
    story: "the engine is not told of a probe that was moved forward",
    file: "store/sqlite/deliveries/sink-health.ts",
    from: "again and again.\n  announceChange(state, lane, false);\n",
    to: "again and again.\n",
  },
  {
    story: "what is under way is discarded as well",
    file: "store/sqlite/deliveries/cancel-held.ts",
    from: "rows.filter(({ no }) => !leased.has(no))",
    to: "rows.filter(({ no }) => no > 0)",
  },
  {
    story: "what is pending is forgotten",
    file: pruneFile,
    from: `(one) => one.state !== "pending" && one.updated_at < before`,
    to: "(one) => one.updated_at < before",
  },
  {
    story: "what has only just changed is forgotten with its old alert",
    file: pruneFile,
    from: `(one) => one.state !== "pending" && one.updated_at < before`,
    to: `(one) => one.state !== "pending" && one.sent_off_at < before`,
  },
  {
    story: "what is not held expires by the retention",
    file: pruneFile,
    from: "lane.deletedAt !== null || !isHeld(lane) ||",
    to: "lane.deletedAt !== null ||",
  },
  {
    story: "attempts are left behind",
    file: pruneFile,
    from: `    db.run("DELETE FROM attempts WHERE delivery_no = ?", no);\n`,
    to: "",
  },
  {
    story: "what is sent again does not wait for its key",
    file: resendFile,
    from: "const waits = mustWait(action, findUnfinished(state, lane, dedupKey));\n  state.db.run",
    to: "const waits = false;\n  state.db.run",
  },
  {
    story: "what is sent again is not told of",
    file: resendFile,
    from: "  if (!waits) {\n    announceDue(state, lane, now);\n",
    to: "  if (!waits) {\n",
  },
  {
    story: "what is overtaken is sent again unasked",
    file: "store/sqlite/deliveries/overtaken.ts",
    from: `  return action === "resolve"`,
    to: `  return action === "trigger" ? false : action === "resolve"`,
  },
  {
    story: "a replay does not say that it is one",
    file: "engine/deliver.ts",
    from: "isReplay: lead.replayedAt !== null",
    to: "isReplay: false",
  },
  {
    story: "a replay passes over what it had no room for",
    file: "store/sqlite/replays/advance-replays.ts",
    from: "        isDone = false;\n        break;",
    to: "        continue;",
  },
  {
    story: "a replay sends what is there already",
    file: "store/sqlite/replays/replay-scan.ts",
    from: `if (isElsewhere && isThere(db, row.alert_no, target)) return "already_there";`,
    to: "",
  },
  {
    story: "a replay sends again what is pending",
    file: "store/sqlite/replays/replay-scan.ts",
    from: `if (!isElsewhere && row.state === "pending") return "already_there";`,
    to: "",
  },
  {
    story: "a sink's own concurrency is not kept",
    file: laneRunner,
    from: "sink.delivery.concurrency ?? sinkType.attemptsMax",
    to: "sinkType.attemptsMax",
  },
  {
    story: "a sink's own rate is not kept",
    file: laneRunner,
    from: "const perSecond = ratePerMinute / 60;",
    to: "const perSecond = ratePerMinute / 30;",
  },
  {
    story: "a sink's own time-out is not kept",
    file: "engine/exchange.ts",
    from: "sink.delivery.timeoutMs ?? sink.sinkType.timeoutMs",
    to: "sink.sinkType.timeoutMs",
  },
  {
    story: "a sink's own schedule does not end",
    file: "domain/retry.ts",
    from: "isRateLimit || failureCount <= (delaysMs?.length ?? Number.POSITIVE_INFINITY)",
    to: "isRateLimit || failureCount <= Number.POSITIVE_INFINITY",
  },
  {
    story: "the engine is not told that a sink was changed",
    file: "store/sqlite/sinks/update-event-sink.ts",
    from: "  announceChange(state, lane, false);\n",
    to: "",
  },
];
