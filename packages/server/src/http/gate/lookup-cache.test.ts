import assert from "node:assert/strict";
import { test } from "node:test";
import { createFakeClock } from "../../../test/support/fake-clock.ts";
import { createLookupCache } from "./lookup-cache.ts";

function setUp(entriesMax = 10) {
  const clock = createFakeClock();
  const loads: {
    key: string;
    resolve: (value: string | null) => void;
    reject: (e: Error) => void;
  }[] = [];
  const load = (key: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<string | null>();
    loads.push({ key, resolve, reject });
    return promise;
  };
  const cache = createLookupCache({ load, clock, ageMsMax: 1_000, entriesMax });
  return { clock, loads, cache };
}

test("a look-up is shared while it runs and kept until it is too old", async () => {
  const { clock, loads, cache } = setUp();
  const both = [cache.get("a"), cache.get("a")];
  loads[0]?.resolve("1");
  assert.deepEqual(await Promise.all(both), ["1", "1"]);
  clock.advance(999);
  assert.equal(await cache.get("a"), "1");
  assert.equal(loads.length, 1);
  clock.advance(1);
  void cache.get("a");
  assert.equal(loads.length, 2);
});

test("a clock that goes back does not keep an entry for longer", () => {
  const { clock, loads, cache } = setUp();
  void cache.get("a");
  clock.jumpTo(clock.now() - 60_000);
  void cache.get("a");
  assert.equal(loads.length, 2);
});

test("what a look-up read before a write does not stay after it", async () => {
  const { loads, cache } = setUp();
  const early = cache.get("a");
  cache.forget("a");
  loads[0]?.resolve("old");
  assert.equal(await early, "old");
  const late = cache.get("a");
  loads[1]?.resolve("new");
  assert.equal(await late, "new");
  assert.equal(await cache.get("a"), "new");
});

test("what may be old is looked up again, once for all who had it", async () => {
  const { loads, cache } = setUp();
  const first = cache.get("a");
  loads[0]?.resolve("old");
  assert.equal(await first, "old");
  const both = [cache.renew("a", "old"), cache.renew("a", "old")];
  loads[1]?.resolve("new");
  assert.deepEqual(await Promise.all(both), ["new", "new"]);
  assert.equal(await cache.renew("a", "old"), "new", "somebody has done so meanwhile");
  assert.equal(await cache.get("a"), "new");
  assert.equal(loads.length, 2);
});

test("neither a missing value nor a failure is kept", async () => {
  const { loads, cache } = setUp();
  const missing = cache.get("a");
  loads[0]?.resolve(null);
  assert.equal(await missing, null);
  const failing = cache.get("a");
  loads[1]?.reject(new Error("away"));
  await assert.rejects(failing, /away/);
  const there = cache.get("a");
  loads[2]?.resolve("1");
  assert.equal(await there, "1");
});

test("the oldest entries go when there are too many", () => {
  const { loads, cache } = setUp(2);
  for (const key of ["a", "b", "c", "b", "c", "a"]) void cache.get(key);
  assert.deepEqual(
    loads.map(({ key }) => key),
    ["a", "b", "c", "a"],
  );
});
