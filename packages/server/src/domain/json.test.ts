import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isJsonObject, numberText, parseJson, stringifyJson } from "./json.ts";

test("numbers that a double cannot hold come out as they came in", () => {
  for (const text of [
    '{"timestamp":1776721873702228890}',
    '{"ts":1776721873.702228890}',
    '{"f":12345678901234.5678}',
    '{"big":1e400,"small":1e-400}',
    "[-12345678901234567890]",
    '{"deep":[{"n":0.1000000000000000055511151231257827}]}',
  ]) {
    assert.equal(stringifyJson(parseJson(text)), text);
  }
});

test("plain numbers stay numbers", () => {
  assert.deepEqual(parseJson('{"a":1,"b":[2.5,-3],"id":"4e54"}'), {
    a: 1,
    b: [2.5, -3],
    id: "4e54",
  });
  const mixed = parseJson('{"n":7,"big":12345678901234567890}');
  assert.ok(isJsonObject(mixed));
  assert.equal(mixed["n"], 7);
});

test("a raw number is no object, and its digits can be read", () => {
  const value = parseJson("12345678901234567890");
  assert.equal(isJsonObject(value), false);
  assert.equal(numberText(value), "12345678901234567890");
  assert.equal(numberText(42), "42");
  assert.equal(numberText("42"), undefined);
});

test("any decimal number keeps its value digit for digit", () => {
  const digits = fc.stringMatching(/^[1-9][0-9]{0,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?$/);
  fc.assert(
    fc.property(digits, (number) => {
      const written = stringifyJson(parseJson(`{"n":${number}}`)).slice(5, -1);
      if (written === number) return;
      // Only what a double holds exactly enough to be told from its neighbours may be respelt.
      assert.equal(Number(written), Number(number));
      assert.ok(number.replace(/[^0-9]/g, "").length <= 16, `${number} became ${written}`);
    }),
  );
});

test("any JSON value survives", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      assert.deepEqual(JSON.parse(stringifyJson(parseJson(text))), JSON.parse(text));
    }),
  );
});
