import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { redact, redactCut, Secret } from "./secret.ts";

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

test("a value is masked as a receiver may write it: in JSON, in a URL, and cut in half", () => {
  const secret = [new Secret('top"secret\\value+/=é')];
  const value = secret[0]?.reveal() ?? "";
  for (const echo of [
    JSON.stringify({ headers: { "x-api-key": value } }),
    `https://evil.test/?q=${encodeURIComponent(value)}`,
    `You sent ${value}.`,
  ]) {
    assert.match(redact(echo, secret), /<secret>/, echo);
    assert.doesNotMatch(redact(echo, secret), /top|value/, echo);
  }
  for (let length = 4; length < value.length; length++) {
    const cut = `You sent ${value.slice(0, length)}`;
    assert.equal(redactCut(cut, secret), "You sent <secret>");
  }
  assert.equal(redactCut("You sent to", secret), "You sent to");
  assert.equal(redactCut(`${value} and on`, secret), "<secret> and on");
});
