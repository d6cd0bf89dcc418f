import assert from "node:assert/strict";
import { test } from "node:test";
import { checkCalls, checkTests } from "./tidy/calls.ts";
import { checkCircles } from "./tidy/circles.ts";
import { checkDirection, checkOrphans } from "./tidy/imports.ts";
import type { Problem } from "./tidy/problem.ts";
import { checkSizes, fileLinesMax, functionLinesMax } from "./tidy/sizes.ts";
import { parseSources, type Source, type TextFile } from "./tidy/source.ts";
import { checkNames, checkText } from "./tidy/text.ts";

const server = "packages/server/src/";

const toFiles = (texts: Record<string, string>): TextFile[] =>
  Object.entries(texts).map(([path, text]) => ({ path, text }));

const parse = (texts: Record<string, string>): Source[] => parseSources(toFiles(texts));

/** `path:line` of each problem, the part that tests compare. */
const places = (problems: readonly Problem[]): string[] =>
  problems.map(({ path, line }) => `${path}:${line}`);

/** The problems of one import between two files of the tree. */
function importing(from: string, specifier: string, others: Record<string, string> = {}) {
  const isType = specifier.includes("store") ? "type " : "";
  return checkDirection(parse({ ...others, [from]: `import ${isType}{ x } from "${specifier}";` }));
}

test("layers may import what stands below them", () => {
  assert.deepEqual(importing(`${server}domain/a.ts`, "../ids.ts"), []);
  assert.deepEqual(importing(`${server}sinks/slack/a.ts`, "../../domain/b.ts"), []);
  assert.deepEqual(importing(`${server}engine/a.ts`, "../store/b.ts"), []);
  assert.deepEqual(importing(`${server}http/a.ts`, "../engine/b.ts"), []);
  assert.deepEqual(importing(`${server}app.ts`, "./http/b.ts"), []);
  assert.deepEqual(importing(`${server}commands/a.ts`, "../app.ts"), []);
  assert.deepEqual(importing(`${server}main.ts`, "./commands/b.ts"), []);
});

test("layers may not import what stands above or beside them, not even types", () => {
  const pairs = [
    [`${server}domain/a.ts`, "../sinks/b.ts"],
    [`${server}sinks/a.ts`, "../store/b.ts"],
    [`${server}store/sqlite/a.ts`, "../../outbound/b.ts"],
    [`${server}engine/a.ts`, "../http/b.ts"],
    [`${server}http/a.ts`, "../app.ts"],
    [`${server}log.ts`, "./engine/b.ts"],
  ] as const;
  for (const [from, specifier] of pairs) {
    assert.deepEqual(places(importing(from, specifier)), [`${from}:1`]);
  }
});

test("workers, re-exports and import() count as imports", () => {
  const texts = {
    [`${server}store/a.ts`]: `new Worker(new URL("../http/b.ts", import.meta.url));`,
    [`${server}store/b.ts`]: `export { x } from "../http/b.ts";`,
    [`${server}store/c.ts`]: `const x = await import("../http/b.ts");`,
  };
  assert.equal(checkDirection(parse(texts)).length, 3);
});

test("a test may import anything, and production code no test code", () => {
  assert.deepEqual(importing(`${server}sinks/a.test.ts`, "../http/b.ts"), []);
  assert.equal(importing(`${server}sinks/a.ts`, "../../test/support/fake-clock.ts").length, 1);
});

test("simulators import nothing from the server, nor the server from them", () => {
  const simulator = "packages/simulators/src/a.ts";
  assert.equal(importing(simulator, "../../server/src/ids.ts").length, 1);
  assert.equal(importing(simulator, "@event-sinks/server").length, 1);
  assert.equal(importing(`${server}engine/a.ts`, "@event-sinks/simulators").length, 1);
});

test("a file of the server that stands in no layer is reported", () => {
  assert.deepEqual(places(checkDirection(parse({ [`${server}stray.ts`]: "" }))), [
    `${server}stray.ts:1`,
  ]);
});

test("files that import each other in a circle are reported once, types too, and tests never", () => {
  const sources = parse({
    [`${server}a.ts`]: `import "./b.ts"; import "./c.ts";`,
    [`${server}b.ts`]: `import "./c.ts";`,
    [`${server}c.ts`]: `import "node:fs";\nimport type { A } from "./b.ts";`,
    [`${server}d.test.ts`]: `import "./e.test.ts";`,
    [`${server}e.test.ts`]: `import "./d.test.ts";`,
  });
  const problems = checkCircles(sources);
  assert.deepEqual(places(problems), [`${server}b.ts:1`]);
  assert.match(problems[0]?.message ?? "", /b\.ts -> \S+c\.ts -> \S+b\.ts\)/);
});

test("a file that only its own test imports is an orphan; entries and test support are not", () => {
  const sources = parse({
    [`${server}main.ts`]: `import "./app.ts";`,
    [`${server}app.ts`]: "",
    [`${server}domain/dead.ts`]: "",
    [`${server}domain/dead.test.ts`]: `import "./dead.ts"; import "../../test/support/clock.ts";`,
    "packages/server/test/support/clock.ts": "",
    "scripts/demo.ts": `import "./demo/show.ts";`,
    "scripts/demo/show.ts": "",
  });
  const manifests = [{ path: "packages/server/package.json", text: `{"bin": "src/main.ts"}` }];
  assert.deepEqual(places(checkOrphans(sources, manifests)), [`${server}domain/dead.ts:1`]);
});

test("banned calls are found where they stand, and allowed in their home", () => {
  const body = [
    "const a = Date.now();",
    "const b = new Date();",
    "const c = process.env.HOME;",
    "await fetch(url);",
    "console.log(a);",
    "const d = Math.random();",
  ];
  const path = `${server}engine/a.ts`;
  const found = places(checkCalls(parse({ [path]: body.join("\n") })));
  assert.deepEqual(
    found,
    body.map((_, index) => `${path}:${index + 1}`),
  );
  assert.deepEqual(checkCalls(parse({ [`${server}clock.ts`]: "Date.now();" })), []);
  assert.deepEqual(checkCalls(parse({ [`${server}config.ts`]: "process.env;" })), []);
  assert.deepEqual(checkCalls(parse({ [`${server}a.test.ts`]: "fetch(url);" })), []);
});

test("what only looks like a banned call is none", () => {
  const text = [
    "// Date.now() in a comment",
    'const text = "Math.random()";',
    "new Date(0);",
    "outbound.fetch(url);",
    "const pattern = /fetch(x)/;",
  ].join("\n");
  assert.deepEqual(checkCalls(parse({ [`${server}engine/a.ts`]: text })), []);
});

test("switched-off tests are found; a skip with a condition is allowed", () => {
  const path = `${server}a.test.ts`;
  const text = [
    'test.only("a", () => {});',
    'describe.skip("b", () => {});',
    'test("c", { skip: true }, () => {});',
    'test("d", { skip: process.getuid?.() === 0 }, () => {});',
    'test("e", () => {});',
  ].join("\n");
  assert.deepEqual(
    places(checkTests(parse({ [path]: text }))),
    [1, 2, 3].map((n) => `${path}:${n}`),
  );
});

const linesOf = (count: number): string => "  x();\n".repeat(count);

test("a function may fill a screen and no more, and a file its limit", () => {
  const fits = `function f() {\n${linesOf(functionLinesMax - 2)}}\n`;
  const tooLong = `\nfunction f() {\n${linesOf(functionLinesMax - 1)}}\n`;
  assert.deepEqual(checkSizes(parse({ "a.ts": fits })), []);
  assert.deepEqual(places(checkSizes(parse({ "a.ts": tooLong }))), ["a.ts:2"]);
  assert.deepEqual(checkSizes(parse({ "a.ts": linesOf(fileLinesMax) })), []);
  assert.equal(checkSizes(parse({ "a.ts": linesOf(fileLinesMax + 1) })).length, 1);
});

test("functions within a function are measured by themselves", () => {
  const inner = (count: number): string => `const g = () => {\n${linesOf(count)}};\n`;
  const factory = (count: number): string => `function f() {\n${inner(count)}${inner(count)}}\n`;
  assert.deepEqual(checkSizes(parse({ "a.ts": factory(functionLinesMax - 10) })), []);
  assert.deepEqual(places(checkSizes(parse({ "a.ts": factory(functionLinesMax + 10) }))), [
    "a.ts:2",
    `a.ts:${functionLinesMax + 14}`,
  ]);
});

test("characters outside ASCII do not shift the lines reported", () => {
  const path = `${server}engine/a.ts`;
  const text = `const a = "ééé 🙂 →";\n// ü\nDate.now();\n`;
  assert.deepEqual(places(checkCalls(parse({ [path]: text }))), [`${path}:3`]);
});

test("leftovers, machine paths, registry hosts and lockfile hosts are found", () => {
  const files = toFiles({
    "a.ts": "\n// TODO: later",
    "b.md": "see /home/someone/notes",
    "c.json": '{"url": "https://registry.npmjs.org/x"}',
    "package-lock.json": '{\n"resolved": "https://example.com/x.tgz"}',
  });
  assert.deepEqual(places(checkText(files)), [
    "a.ts:2",
    "b.md:1",
    "c.json:1",
    "package-lock.json:2",
  ]);
});

test("what only looks like them is none", () => {
  const files = toFiles({
    "a.ts": 'const url = "https://example.com/home/page"; // XXXX',
    "package-lock.json": '{"resolved": "packages/server"}',
  });
  assert.deepEqual(checkText(files), []);
});

test("names that say nothing, and names that are not in kebab-case, are found", () => {
  const files = toFiles({
    "packages/server/src/utils/a.ts": "",
    "packages/server/src/http/helpers.ts": "",
    "packages/server/src/http/date-utils.ts": "",
    "packages/server/src/http/retryAfter.ts": "",
    "packages/server/src/sinks/sink-type.ts": "",
    "packages/server/src/store/sqlite/migrations/000001_initial.sql": "",
  });
  assert.equal(checkNames(files).length, 4);
});
