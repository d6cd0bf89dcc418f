import assert from "node:assert/strict";
import { test } from "node:test";
import { validate, version } from "uuid";
import { isUuid, newId } from "./ids.ts";

test("ids are UUIDs of version 7 that say when they were made, and only grow", () => {
  const before = Date.now();
  const ids = Array.from({ length: 20_000 }, newId);
  const after = Date.now();
  assert.deepEqual(ids.toSorted(), ids);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) {
    assert.ok(isUuid(id) && validate(id) && version(id) === 7, id);
    const ms = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
    assert.ok(ms >= before && ms <= after, id);
  }
});

test("ids made in the same millisecond do not tell each other's random part", () => {
  const tails = Array.from({ length: 20_000 }, () => newId().slice(-10));
  assert.equal(new Set(tails).size, tails.length);
});
