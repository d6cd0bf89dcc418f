import assert from "node:assert/strict";
import { after, type TestContext, test } from "node:test";
import { createFakeClock } from "../../test/support/fake-clock.ts";
import { openFreshPostgres } from "../../test/support/fresh-postgres.ts";
import { startPostgres } from "../../test/support/postgres-server.ts";
import { Turns } from "./turns.ts";

const server = await startPostgres();
after(() => server.close());

const hourMs = 3_600_000;
const pace = (key: string) => ({ key, burst: 1, perSecond: 1 / 3600 });

/** Two processes that share paces: their clocks are moved by hand, the database's by itself. */
async function openTurns(t: TestContext) {
  const { store, close } = await openFreshPostgres(server);
  t.after(close);
  const clock = createFakeClock();
  return { clock, mine: new Turns(store, clock), others: new Turns(store, clock) };
}

/** In hours from now, to the next of them; null when there is none. */
function hoursUntil(at: number | null, now: number): number | null {
  return at === null ? null : Math.round(Math.max(at - now, 0) / hourMs);
}

test("a turn is asked for once by all who wait for it, and used once", async (t) => {
  const { clock, mine, others } = await openTurns(t);
  const now = clock.now();
  const at = (turns: Turns, key = "a") => hoursUntil(turns.readyAt(pace(key), now), now);
  assert.equal(at(mine), null);
  await Promise.all([mine.ask(pace("a")), mine.ask(pace("a")), mine.ask(pace("b"))]);
  assert.deepEqual([at(mine), at(mine), at(mine, "b")], [0, 0, 0]);
  await others.ask(pace("a"));
  assert.equal(at(others), 1);
  mine.use(pace("a"));
  assert.equal(at(mine), null);
  await mine.ask(pace("a"));
  assert.equal(at(mine), 2, "after what the other was given");
});

test("a turn that was not used in its time, or a clock that was set back, makes it ask again", async (t) => {
  const { clock, mine } = await openTurns(t);
  await mine.ask(pace("a"));
  clock.advance(hourMs / 4);
  assert.equal(hoursUntil(mine.readyAt(pace("a"), clock.now()), clock.now()), 0);
  clock.advance(hourMs / 2);
  assert.equal(mine.readyAt(pace("a"), clock.now()), null);
  await mine.ask(pace("b"));
  assert.equal(mine.readyAt(pace("b"), clock.now() - hourMs), null);
});

test("a platform that asks for quiet is left alone, by others too", async (t) => {
  const { clock, mine, others } = await openTurns(t);
  const now = clock.now();
  await mine.ask(pace("a"));
  const told = mine.hold(pace("a"), now + 5 * hourMs, now);
  assert.equal(hoursUntil(mine.readyAt(pace("a"), now), now), 5);
  await told;
  await others.ask(pace("a"));
  const given = hoursUntil(others.readyAt(pace("a"), now), now);
  assert.equal(given, 5);
  clock.advance(6 * hourMs);
  assert.equal(mine.readyAt(pace("a"), clock.now()), null, "then it asks again");
});
