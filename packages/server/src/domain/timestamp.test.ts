import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseJson } from "./json.ts";
import { formatTimestamp, readTimestamp, timestampFromMs, timestampMs } from "./timestamp.ts";

const read = (json: string) => readTimestamp(parseJson(json));
const written = (json: string) => {
  const timestamp = read(json);
  return timestamp === undefined ? undefined : formatTimestamp(timestamp, 9);
};

test("the digit count of an integer decides its unit", () => {
  assert.equal(written("1776721873"), "2026-04-20T21:51:13.000000000Z");
  assert.equal(written("1776721873702"), "2026-04-20T21:51:13.702000000Z");
  assert.equal(written("1776721873702228"), "2026-04-20T21:51:13.702228000Z");
  assert.equal(written("1776721873702228890"), "2026-04-20T21:51:13.702228890Z");
  assert.equal(written("99999999999"), "5138-11-16T09:46:39.000000000Z");
  assert.equal(written("100000000000"), "1973-03-03T09:46:40.000000000Z");
  assert.equal(written("99999999999999"), "5138-11-16T09:46:39.999000000Z");
  assert.equal(written("100000000000000"), "1973-03-03T09:46:40.000000000Z");
  assert.equal(written("99999999999999999"), "5138-11-16T09:46:39.999999000Z");
  assert.equal(written("100000000000000000"), "1973-03-03T09:46:40.000000000Z");
  assert.equal(written("0"), "1970-01-01T00:00:00.000000000Z");
});

test("RFC 3339 is read with any offset and keeps nanoseconds", () => {
  assert.equal(written('"2026-04-20T21:51:13.702228890Z"'), "2026-04-20T21:51:13.702228890Z");
  assert.equal(written('"2026-04-20T23:51:13+02:00"'), "2026-04-20T21:51:13.000000000Z");
  assert.equal(written('"2026-04-20t21:51:13.5-00:30"'), "2026-04-20T22:21:13.500000000Z");
  assert.equal(written('"0000-01-01T00:00:00Z"'), "0000-01-01T00:00:00.000000000Z");
  assert.equal(written('"2016-12-31T23:59:60Z"'), "2017-01-01T00:00:00.000000000Z");
});

test("what is neither is not a timestamp", () => {
  const others = [
    '"2026-02-30T00:00:00Z"',
    '"2026-04-20T24:00:00Z"',
    '"2026-04-20T21:51:13"',
    '"2026-04-20T21:51:13+25:00"',
    '"2026-13-01T00:00:00Z"',
    '"yesterday"',
    '"0000-01-01T00:00:00+00:01"',
    '"9999-12-31T23:59:60Z"',
    "-5",
    "1.5",
    "1e30",
    "1776721873702228890123",
    "1776721873702228890.5",
    "true",
    "null",
    "{}",
    "[1]",
  ];
  for (const json of others) assert.equal(read(json), undefined, json);
  assert.equal(readTimestamp(undefined), undefined);
});

test("milliseconds survive the way there and back", () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_000_000_000_000, max: 250_000_000_000_000 }), (ms) => {
      const timestamp = timestampFromMs(ms);
      assert.equal(timestampMs(timestamp), ms);
      assert.equal(formatTimestamp(timestamp, 3), new Date(ms).toISOString());
      const back = readTimestamp(formatTimestamp(timestamp, 9));
      assert.deepEqual(back, timestamp);
    }),
  );
});
