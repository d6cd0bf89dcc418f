import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

const folder = mkdtempSync(join(tmpdir(), "watchdog-"));
after(() => rmSync(folder, { recursive: true }));

/** Runs one test file under the watchdog, as `npm test` does, with shorter times. */
function runFile(name: string, body: string): { status: number | null; output: string } {
  const file = join(folder, name);
  writeFileSync(file, `import { test } from "node:test";\n${body}\n`);
  const watchdog = new URL("./watchdog.ts?fileMs=2500&lingerMs=500", import.meta.url);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const result = spawnSync(process.execPath, ["--import", watchdog.href, "--test", file], {
    encoding: "utf8",
    env,
    timeout: 30_000,
  });
  return { status: result.status, output: result.stdout + result.stderr };
}

test("a file that ends by itself passes", () => {
  const { status, output } = runFile("good.test.mjs", `test("adds", () => {});`);
  assert.equal(status, 0, output);
  assert.match(output, /pass 1/);
});

test("a handle left open fails the file and is named", () => {
  const { status, output } = runFile(
    "open.test.mjs",
    `test("leaves a timer", () => { setInterval(() => {}, 1000); });`,
  );
  assert.equal(status, 1);
  assert.match(output, /open\.test\.mjs kept running for 0\.5 s after its last test.*Timeout/);
});

test("a file in an endless loop is killed and named", () => {
  const { status, output } = runFile("loop.test.mjs", `test("spins", () => { for (;;); });`);
  assert.equal(status, 1);
  assert.match(output, /loop\.test\.mjs did not end within 2\.5 s and was killed/);
});

test("a test that never settles is killed and named", () => {
  const { status, output } = runFile(
    "never.test.mjs",
    `test("waits", () => new Promise(() => { setInterval(() => {}, 1000); }));`,
  );
  assert.equal(status, 1);
  assert.match(output, /never\.test\.mjs did not end within 2\.5 s and was killed/);
});
