/** docs/internals/threat-model.md names tests as its proof: they must be there, under those names. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const pageUrl = new URL("../../../docs/internals/threat-model.md", import.meta.url);
const page = readFileSync(pageUrl, "utf8");
const proofs = [...page.matchAll(/\]\(([^)]+\.test\.ts)\)(?: "([^"]+)")?/g)];

test("each test that the threat model names is there", () => {
  assert.ok(proofs.length > 20);
  for (const [, path = "", name] of proofs) {
    const source = readFileSync(new URL(path, pageUrl), "utf8");
    if (name !== undefined) assert.ok(source.includes(`"${name}"`), `${path} has no "${name}"`);
  }
});

test("each line against a threat names a test", () => {
  const lines = page.split("\n").filter((line) => /^\| (?!They try)/.test(line));
  assert.ok(lines.length > 20);
  for (const line of lines) assert.match(line, /\.test\.ts\)/, line);
});
