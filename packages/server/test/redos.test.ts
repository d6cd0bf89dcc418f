/**
 * No regular expression of what runs in production can be made to take long by the text it is given. All of them are
 * looked at: those written in the source, found by TypeScript's own parser, and the patterns of the API's schemas.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { isCallExpression, isNewExpression, type Node, SyntaxKind } from "typescript/unstable/ast";
import { listTextFiles, parseSources, walk } from "../../../scripts/tidy/source.ts";
import { openFreshHttp } from "./support/fresh-http.ts";
import { slownessOf } from "./support/slow-patterns.ts";

const root = join(import.meta.dirname, "../../..");
const production = /^packages\/(server|client|dashboard)\/src\/(?!.*\.test\.tsx?$).*\.tsx?$/;

/** Made while running, each of what stands in the source; or a schema's pattern, which is looked at below. */
const made: readonly string[] = [
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
  'new RegExp(`^${url.replaceAll(".", "\\\\.").replace(/:[^/]+/g, "[^/]+")}/?$`)',
  "new RegExp(channelIdPattern)",
  "new RegExp(keyPattern)",
  "new RegExp(tenantIdPattern)",
];

test("no regular expression in the source is slow on any text", () => {
  const files = listTextFiles(root).filter(({ path }) => production.test(path));
  const literals = new Set<string>();
  const unread: string[] = [];
  for (const { path, tree } of parseSources(files)) {
    walk(tree, (node) => {
      const text = node.getText(tree);
      if (node.kind === SyntaxKind.RegularExpressionLiteral) literals.add(text);
      else if (isMadeRegExp(node) && !made.includes(text)) unread.push(`${path}: ${text}`);
    });
  }
  assert.deepEqual(unread, [], "made from what this test cannot read: write it as a literal");
  assert.ok(literals.size > 80);
  const slow = [...literals].flatMap((literal) => {
    const [, source = "", flags = ""] = /^\/(.*)\/([a-z]*)$/s.exec(literal) ?? [];
    const slowness = slownessOf(source, flags);
    return slowness === null ? [] : [`${literal}: ${slowness}`];
  });
  assert.deepEqual(slow, []);
});

function isMadeRegExp(node: Node): boolean {
  if (!isNewExpression(node) && !isCallExpression(node)) return false;
  return node.expression.getText() === "RegExp";
}

test("no pattern of the API's schemas is slow on any text", async () => {
  const http = await openFreshHttp();
  const description: unknown = (await http.call("GET", "/openapi.json")).json;
  await http.close();
  const patterns = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [name, one] of Object.entries(value)) {
      if (name === "pattern" && typeof one === "string") patterns.add(one);
      if (name === "patternProperties") for (const key of Object.keys(one)) patterns.add(key);
      collect(one);
    }
  };
  collect(description);
  assert.ok(patterns.size >= 5);
  for (const pattern of patterns) assert.equal(slownessOf(pattern, "u"), null, pattern);
});

test("what is slow is found", () => {
  const slow = ["(a+)+$", "^(a|a)*$", "^(\\w+\\s?)*$", "\\s+$", "^(.*?)\\s*x$", "^.*,.*,x"];
  for (const pattern of slow) assert.notEqual(slownessOf(pattern, ""), null, pattern);
});
