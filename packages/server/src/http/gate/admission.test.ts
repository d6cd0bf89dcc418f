import assert from "node:assert/strict";
import { test } from "node:test";
import { Registry } from "prom-client";
import { createFakeClock } from "../../../test/support/fake-clock.ts";
import { ApiError } from "../../errors.ts";
import { createIntakeMetrics } from "../alerts/intake-metrics.ts";
import { createAdmission, type Ticket } from "./admission.ts";

function openAdmission(shortOf: () => "memory" | "disk" | null = () => null) {
  const clock = createFakeClock();
  const metrics = createIntakeMetrics(new Registry());
  const pressure = { find: shortOf };
  const limits = { alertsMax: 1_000, bytesMax: 100_000 };
  let turnEnds: (() => void)[] = [];
  const atTurnEnd = (run: () => void) => void turnEnds.push(run);
  const admission = createAdmission(limits, { clock, metrics, pressure, atTurnEnd });
  const endTurn = () => {
    const ends = turnEnds;
    turnEnds = [];
    for (const end of ends) end();
  };
  const enter = (key: string | null = null, bytes = 10) => admission.enter(key, bytes);
  const refusedFor = async (cause: string) => {
    const { values } = await metrics.refused.get();
    return values.find(({ labels }) => labels.cause === cause)?.value ?? 0;
  };
  return { admission, clock, endTurn, enter, refusedFor };
}

const refusedWith = (code: string) => (error: unknown) =>
  error instanceof ApiError && error.code === code && Number(error.retryAfterS) > 0;

test("alerts are let in up to a limit, and again as others leave", async () => {
  const { admission, enter, refusedFor } = openAdmission();
  const tickets = Array.from({ length: 1_000 }, () => enter());
  assert.throws(() => enter(), refusedWith("unavailable"));
  assert.equal(await refusedFor("alerts"), 1);
  tickets[0]?.leave();
  enter().leave();
  for (const ticket of tickets.slice(1)) ticket.leave();
  assert.equal(admission.alertCount, 0);
});

test("bytes have a limit of their own, and what comes alone always finds room", async () => {
  const { enter, refusedFor } = openAdmission();
  const giant = enter(null, 1_000_000);
  giant.grow(5_000);
  assert.throws(() => enter(), refusedWith("unavailable"));
  giant.leave();
  const half = enter(null, 60_000);
  assert.throws(() => enter(null, 60_000), refusedWith("unavailable"));
  assert.equal(await refusedFor("bytes"), 1);
  half.leave();
});

test("a batch counts by its alerts, and one that is refused holds no more than before", () => {
  const { admission, enter } = openAdmission();
  const first = enter();
  first.grow(900);
  const second = enter();
  assert.throws(() => second.grow(200), refusedWith("unavailable"));
  assert.equal(admission.alertCount, 901);
  second.leave();
  first.leave();
  assert.equal(admission.alertCount, 0);
});

test("a caller that hangs up frees nothing that is still on its way to the disk", async () => {
  const { admission, enter } = openAdmission();
  const ticket = enter();
  const stored = Promise.withResolvers<string>();
  const working = ticket.during(stored.promise);
  ticket.leave();
  assert.equal(admission.alertCount, 1);
  stored.resolve("stored");
  assert.equal(await working, "stored");
  assert.equal(admission.alertCount, 0);
});

test("one tenant's key cannot take all of the room: it is told 429, others are let in", async () => {
  const { enter, refusedFor } = openAdmission();
  enter("calm");
  const greedy = Array.from({ length: 750 }, () => enter("greedy"));
  assert.throws(() => enter("greedy"), refusedWith("rate_limited"));
  assert.equal(await refusedFor("key_share"), 1);
  enter("calm").leave();
  greedy[0]?.leave();
  enter("greedy").leave();
});

test("a burst is taken; when answers stay late, only as many as keep the store busy are let in", async () => {
  const { clock, endTurn, enter, refusedFor } = openAdmission();
  let tickets: Ticket[] = Array.from({ length: 600 }, () => enter());
  const turn = (tookMs: number) => {
    endTurn();
    clock.advance(tookMs);
    const leaving = tickets;
    tickets = [];
    for (const ticket of leaving) ticket.leave();
  };
  turn(400);
  tickets = Array.from({ length: 600 }, () => enter());
  turn(400);
  tickets = Array.from({ length: 128 }, () => enter());
  // Late for 400 ms: a burst may last so long.
  tickets.push(enter());
  turn(400);
  tickets = Array.from({ length: 128 }, () => enter());
  assert.throws(() => enter(), refusedWith("unavailable"));
  assert.equal(await refusedFor("late"), 1);
  // Answers are quick again since so few are let in; letting all in would make them late again.
  turn(20);
  tickets = Array.from({ length: 128 }, () => enter());
  assert.throws(() => enter(), refusedWith("unavailable"));
  turn(20);
  // Nothing was refused for a second: the rush is over.
  clock.advance(1_000);
  tickets = Array.from({ length: 600 }, () => enter());
  turn(20);
});

test("when this thread does not get round to all that come, only the first of each turn are let in", async () => {
  const { clock, endTurn, enter, refusedFor } = openAdmission();
  /** A turn that reads one request a millisecond; `enter` throws for those that are refused. */
  const turn = (requestCount: number) => {
    let refusedCount = 0;
    const tickets: Ticket[] = [];
    for (let index = 0; index < requestCount; index++) {
      try {
        tickets.push(enter());
      } catch {
        refusedCount += 1;
      }
      clock.advance(1);
    }
    endTurn();
    // The store is quick: what keeps them waiting is this thread.
    for (const ticket of tickets) ticket.leave();
    return refusedCount;
  };
  // A burst: one long turn, and others short or after a pause.
  assert.equal(turn(300), 0);
  clock.advance(60);
  for (let count = 0; count < 20; count++) assert.equal(turn(40), 0);
  assert.equal(turn(60), 0);
  // One long turn after the other: for as long as a burst may last all are let in.
  assert.equal(turn(60), 0);
  const refusedCount = turn(60);
  assert.ok(refusedCount > 10 && refusedCount < 60, `${refusedCount} of 60`);
  assert.equal(await refusedFor("late"), refusedCount);
  // Turns are short now, since refusing is quick; letting all in would make them long again.
  assert.ok(turn(40) > 10);
  clock.advance(1_000);
  assert.equal(turn(40), 0);
});

test("while memory or disk is short nothing is let in, not even alone", async () => {
  let cause: "memory" | "disk" | null = "disk";
  const { enter, refusedFor } = openAdmission(() => cause);
  assert.throws(() => enter(), refusedWith("unavailable"));
  assert.equal(await refusedFor("disk"), 1);
  cause = "memory";
  assert.throws(() => enter(), refusedWith("unavailable"));
  cause = null;
  enter().leave();
});
