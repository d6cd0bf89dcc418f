/**
 * Makes the tree ready to run. `npm start`, `npm test` and the other commands begin here.
 *
 * It is plain JavaScript for Node 20, because it runs before anything is installed. It
 * installs only when something that decides what is installed has changed since the last
 * good install: running `npm ci` while another process of this tree works would pull the
 * files from under it. Several may start at once; one installs, the others wait for it.
 *
 * What is not guaranteed: files that somebody deletes inside node_modules by hand are not
 * noticed (delete the whole folder instead), and an install that has become necessary does
 * not wait for servers or tests that still run from this tree.
 */

import { dirname, join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { buildDashboard, isDashboardBuilt } from "./setup/dashboard-build.mjs";
import { acquireInstallLock } from "./setup/install-lock.mjs";
import {
  forgetInstall,
  installProblem,
  pinnedNodeProblem,
  readPinnedVersion,
  recordInstall,
} from "./setup/install-state.mjs";
import { runNpmCi } from "./setup/npm-ci.mjs";
import { SetupFailure } from "./setup/setup-failure.mjs";

const nodeMajorMin = 20;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const startedAt = performance.now();

function elapsed() {
  return `${Math.round((performance.now() - startedAt) / 1000)} s`;
}

// On stderr, so that what a command prints can still be piped.
function say(line) {
  process.stderr.write(`setup: ${line}\n`);
}

function checkNode() {
  if (Number.parseInt(process.versions.node, 10) >= nodeMajorMin) return;
  throw new SetupFailure(
    `Node ${process.versions.node} is too old: Node ${nodeMajorMin} or newer is needed to install. ` +
      "Install a newer Node, then run the same command again.",
  );
}

async function install(lock, reason) {
  say(`installing dependencies with npm ci (${reason}); this takes a minute or so`);
  forgetInstall(root);
  await runNpmCi(root, {
    started: (npm) => lock.recordNpm(npm),
    stillWorking: () => say(`npm is still installing (${elapsed()})`),
  });
  const problem = pinnedNodeProblem(root);
  if (problem !== null) throw new SetupFailure(problem);
  recordInstall(root);
  say(`ready: dependencies and Node ${readPinnedVersion(root)} are installed (${elapsed()})`);
}

async function setUp() {
  checkNode();
  if (installProblem(root) === null && isDashboardBuilt(root)) return;
  const lock = await acquireInstallLock(join(root, ".setup"), {
    waiting: (owner) => say(`${owner} is installing; waiting for it (${elapsed()})`),
    tookOver: (what) => say(what),
  });
  try {
    const reason = installProblem(root);
    if (reason === null && isDashboardBuilt(root)) say(`ready: already installed (${elapsed()})`);
    else if (reason !== null) await install(lock, reason);
    if (!isDashboardBuilt(root)) {
      say("building the dashboard");
      buildDashboard(root);
    }
  } finally {
    lock.release();
  }
}

/** The failures of our own file work that a person can mend, as such. */
function asSetupFailure(error) {
  if (error instanceof SetupFailure) return error;
  if (error.code === "ENOSPC")
    return new SetupFailure("the disk is full. About 500 MB are needed.");
  if (["EACCES", "EPERM", "EROFS"].includes(error.code)) {
    return new SetupFailure(
      `${error.path} cannot be written (${error.code}); make it writable for you.`,
    );
  }
  return null;
}

try {
  await setUp();
} catch (error) {
  const failure = asSetupFailure(error);
  if (failure === null) throw error;
  for (const line of failure.message.split("\n")) say(line);
  process.exitCode = failure.exitCode;
}
