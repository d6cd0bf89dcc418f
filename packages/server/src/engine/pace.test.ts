import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Paces } from "./pace.ts";

const start = Date.UTC(2026, 0, 1);

test("a burst goes out at once, then one at a time as the bucket refills", () => {
  const paces = new Paces();
  const pace = { key: "a", burst: 3, perSecond: 2 };
  assert.deepEqual(
    [1, 2, 3].map(() => paces.take(pace, start)),
    [start, start, start],
  );
  assert.equal(paces.take(pace, start), start + 500);
  assert.equal(paces.take(pace, start + 499) > start + 499, true);
  assert.equal(paces.take(pace, start + 500), start + 500);
  assert.equal(paces.take(pace, start + 500), start + 1_000);
});

test("keys do not share a bucket", () => {
  const paces = new Paces();
  assert.equal(paces.take({ key: "a", burst: 1, perSecond: 1 }, start), start);
  assert.equal(paces.take({ key: "b", burst: 1, perSecond: 1 }, start), start);
});

test("a hold lets nothing out before its end, and no burst after it", () => {
  const paces = new Paces();
  const pace = { key: "a", burst: 5, perSecond: 1 };
  paces.hold(pace, start + 30_000, start);
  assert.equal(paces.take(pace, start + 29_999), start + 30_000);
  assert.equal(paces.take(pace, start + 30_000), start + 30_000);
  assert.equal(paces.take(pace, start + 30_000), start + 31_000);
});

test("no window ever sees more than the burst and what refills in it", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 200 }),
      (burst, perSecond, gaps) => {
        const paces = new Paces();
        const sent: number[] = [];
        let now = start;
        for (const gap of gaps) {
          now += gap;
          if (paces.take({ key: "a", burst, perSecond }, now) <= now) sent.push(now);
        }
        for (const from of sent) {
          const inWindow = sent.filter((at) => at >= from && at < from + 1_000).length;
          assert.ok(inWindow <= burst + perSecond, `${inWindow} in a second`);
        }
      },
    ),
  );
});

test("a clock that is set back does not stop a bucket for longer than a day", () => {
  const paces = new Paces();
  const pace = { key: "a", burst: 1, perSecond: 1 };
  const year = 365 * 86_400_000;
  paces.take(pace, start + year);
  const at = paces.take(pace, start);
  assert.ok(at <= start + 86_400_000);
});
