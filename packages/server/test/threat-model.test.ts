/** docs/internals/threat-model.md names tests as its proof: they must be there, under those titles. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const pageUrl = new URL("../../../docs/internals/threat-model.md", import.meta.url);
const page = readFileSync(pageUrl, "utf8");

/** What each line of a table names as its proof: its last column. */
const proofs = page
  .split("\n")
  .filter((line) => /^\| (?!They try)/.test(line))
  .map((line) => line.split(" | ").at(-1) ?? "");

/** Links, and the titles behind each. */
const linkPattern = /\]\(([^)]+\.test\.ts)\)((?:,? "[^"]+")*)/g;

test("each line names a test by its title, and each test that is named is there", () => {
  assert.ok(proofs.length > 40);
  for (const proof of proofs) {
    const links = [...proof.matchAll(linkPattern)];
    assert.ok(links.length > 0, proof);
    for (const [, path = "", named = ""] of links) {
      const titles = [...named.matchAll(/"([^"]+)"/g)].map(([, title]) => title);
      assert.ok(titles.length > 0, `${path} without a title`);
      const source = readFileSync(new URL(path, pageUrl), "utf8");
      for (const title of titles) {
        assert.ok(source.includes(`"${title}"`), `${path} has no "${title}"`);
      }
    }
  }
});
