import assert from "node:assert/strict";
import { test } from "node:test";
import { Type } from "typebox";
import { compileCheck } from "./validation.ts";

const check = compileCheck(
  Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 5 }),
      note: Type.Optional(
        Type.Union([Type.String({ pattern: "^[a-z]+$" }), Type.Null()], { description: "letters" }),
      ),
      mixed: Type.Optional(Type.Union([Type.Integer(), Type.Array(Type.String())])),
      id: Type.Optional(Type.String({ format: "uuid" })),
      "a/b": Type.Optional(Type.Boolean()),
      list: Type.Optional(Type.Array(Type.Object({ x: Type.Literal("y") }), { maxItems: 1 })),
    },
    { additionalProperties: false },
  ),
);

const details = (value: unknown) =>
  check(value)?.details.map(({ path, message }) => `${path}: ${message}`) ?? [];

test("what fits passes", () => {
  assert.equal(check({ name: "n", note: null, mixed: ["a"], "a/b": true }), undefined);
});

test("each fault is told once, by its path, with what would be right", () => {
  const faults: [unknown, string][] = [
    [{}, "name: `name` is missing."],
    [{ name: "" }, "name: `name` must have 1 to 5 characters."],
    [{ name: null }, "name: `name` must be a string, not null."],
    [{ name: [] }, "name: `name` must be a string, not an array."],
    [{ name: "n", note: 7 }, "note: `note` must be a string or null, not a number (letters)."],
    [{ name: "n", note: "A1" }, "note: `note` does not fit (letters)."],
    [{ name: "n", mixed: "x" }, "mixed: `mixed` must be an integer or an array, not a string."],
    [{ name: "n", mixed: [1] }, "mixed.0: `mixed.0` must be a string, not a number."],
    [{ name: "n", id: "1" }, "id: `id` must be a UUID."],
    [{ name: "n", "a/b": 1 }, "a/b: `a/b` must be a boolean, not a number."],
    [{ name: "n", list: [{ x: "z" }] }, "list.0.x: `list.0.x` must be `y`, not `z`."],
    [{ name: "n", list: [{ x: "y" }, { x: "y" }] }, "list: `list` must have at most 1 items."],
    [null, ": The body must be a JSON object, and there is none."],
    ["text", ": The body must be a JSON object, not a string."],
  ];
  for (const [value, said] of faults) assert.deepEqual(details(value), [said]);
});

test("unknown fields are named, all of them, with the known ones", () => {
  const error = check({ name: "n", nmae: 1, x: 2 });
  assert.equal(error?.code, "unknown_field");
  assert.deepEqual(
    error?.details.map(({ path }) => path),
    ["nmae", "x"],
  );
  assert.match(error?.message ?? "", /`nmae` is not a field here: known are `name`, .* And 1 more/);
});

test("many unknown fields are told as such, the first of them by name", () => {
  const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`x${n}`, n]));
  const error = check({ name: "n", ...many });
  assert.equal(error?.code, "unknown_field");
  assert.match(error?.message ?? "", /^`x0` is not a field here: known are `name`, .* And \d more/);
});

test("a number that a double cannot hold is a number to the reader of the sentence", () => {
  assert.deepEqual(details({ name: JSON.rawJSON("12345678901234567890") }), [
    "name: `name` must be a string, not a number.",
  ]);
});
