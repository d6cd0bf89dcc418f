import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { redact, Secret } from "./secret.ts";

test("a secret prints itself nowhere", () => {
  const secret = new Secret("hunter2-hunter2");
  for (const printed of [
    `${secret}`,
    JSON.stringify({ secret }),
    inspect({ secret }),
    String(secret),
  ]) {
    assert.ok(!printed.includes("hunter2"), printed);
  }
  assert.equal(secret.reveal(), "hunter2-hunter2");
});

test("the longest secret is masked first, so that none shows its end", () => {
  const secrets = ["abcd", "abcde", "abcdef"].map((value) => new Secret(value));
  assert.equal(
    redact("x-1: abcdef, x-2: abcde, x-3: abcd", secrets),
    "x-1: <secret>, x-2: <secret>, x-3: <secret>",
  );
});

test("a value that is a secret as a whole is masked however short", () => {
  assert.equal(redact("abc", [new Secret("abc")]), "<secret>");
  assert.equal(redact("abc in a sentence", [new Secret("abc")]), "abc in a sentence");
  assert.equal(redact("", [new Secret("")]), "");
});
