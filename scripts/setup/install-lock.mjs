/**
 * The lock around an install.
 *
 * Node has no file lock that the kernel frees when its holder dies, so this one is made
 * of numbered files, `lock.1`, `lock.2`, and so on, of which the highest counts. Each says
 * who holds it, or that it is free. To take the lock is to create the next number, which
 * only one can do; a number is never used again, and the highest file is never deleted.
 * So a process that looked at a dead holder, and was then stopped while others took over,
 * can do no harm: either the number it wants is taken, or it sees a higher one and tries again.
 * (Deleting or renaming a dead holder's file has no such order: it may hit the next holder's.)
 *
 * A holder is known by pid and start time. One on another machine or in another container
 * (a shared folder) cannot be looked at; it counts as dead once its file, which every holder
 * touches each second, has stood still for a while by the clock of who is watching.
 *
 * A setup killed with SIGKILL leaves its npm running. The lock therefore names npm as well,
 * and who takes over first ends what is left of it.
 */

import {
  constants,
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { identify, isGroupRunning, isRunning, place } from "./process-identity.mjs";
import { SetupFailure } from "./setup-failure.mjs";

const pollMs = 200;
const sayEveryMs = 5_000;
const heartbeatMs = 1_000;
/** Many heartbeats, since a laptop or a shared folder may pause for a while. */
const silentMsMax = 30_000;
/** npm gets this long to end by itself before it is killed. */
const leftoverGraceMs = 5_000;

const lockPattern = /^lock\.(\d+)$/;

function highest(folder) {
  const numbers = readdirSync(folder).map((name) => Number(lockPattern.exec(name)?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

const lockFile = (folder, number) => join(folder, `lock.${number}`);

/** The record of one lock file; null when it is gone or not yet (or never) whole. */
function readRecord(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

function writeTemporary(folder, record) {
  const file = join(folder, `new.${process.pid}.${Math.random().toString(36).slice(2)}`);
  writeFileSync(file, JSON.stringify(record));
  return file;
}

/** Creates `file` with its whole content, or answers false because it exists. */
function createWhole(folder, file, record) {
  const temporary = writeTemporary(folder, record);
  try {
    try {
      linkSync(temporary, file);
    } catch (error) {
      if (error.code === "EEXIST") throw error;
      // Some shared folders know no hard links.
      copyFileSync(temporary, file, constants.COPYFILE_EXCL);
    }
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Says whether a lock file's holder lives, remembering when the file last changed. */
function holderWatch() {
  let seen = { key: "", at: 0 };
  return (file, record) => {
    if (record?.state === "free") return false;
    if (record !== null && record.place === place && record.holder.start !== null) {
      return isRunning(record.holder);
    }
    const key = `${file} ${statSync(file, { throwIfNoEntry: false })?.mtimeMs}`;
    if (key !== seen.key) seen = { key, at: performance.now() };
    return performance.now() - seen.at < silentMsMax;
  };
}

/** Ends the npm of a setup that was killed; two npm in one node_modules spoil it. */
async function endLeftoverNpm(record, tookOver) {
  const npm = record?.place === place ? record.npm : null;
  if (!npm || !isGroupRunning(npm.pid)) return;
  tookOver(`an install was cut off and its npm (pid ${npm.pid}) still runs; ending it`);
  const signal = (name) => {
    // Only what is surely that npm is signalled; its orphans are waited for.
    if (isRunning(npm)) process.kill(-npm.pid, name);
  };
  signal("SIGTERM");
  const endsAt = performance.now() + leftoverGraceMs;
  while (isGroupRunning(npm.pid)) {
    if (performance.now() > endsAt) signal("SIGKILL");
    if (performance.now() > endsAt + leftoverGraceMs) return;
    await sleep(pollMs);
  }
}

function holdLock(folder, number, record) {
  const file = lockFile(folder, number);
  const rewrite = (next) => renameSync(writeTemporary(folder, next), file);
  const heartbeat = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(file, now, now);
    } catch {
      // The folder was deleted under us; the install itself will say so if it matters.
    }
  }, heartbeatMs);
  heartbeat.unref();
  return {
    /** Notes npm's process group, for whoever has to take over. */
    recordNpm: (npm) => rewrite({ ...record, npm: identify(npm.pid) }),
    release() {
      clearInterval(heartbeat);
      try {
        rewrite({ state: "free" });
      } catch {
        // As good as released: this process is about to end.
      }
    },
  };
}

/**
 * Waits for the lock and takes it.
 *
 * @param {string} folder made if absent
 * @param {{waiting: (owner: string) => void, tookOver: (what: string) => void}} report
 *   `waiting` is called at once and then every 5 s
 */
export async function acquireInstallLock(folder, report) {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new SetupFailure(`cannot write to ${folder} (${error.code}); make it writable for you.`);
  }
  const isHeld = holderWatch();
  let saidAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    const top = highest(folder);
    const file = lockFile(folder, top);
    const previous = top === 0 ? { state: "free" } : readRecord(file);
    if (isHeld(file, previous)) {
      if (performance.now() - saidAt >= sayEveryMs) {
        saidAt = performance.now();
        report.waiting(
          previous ? `another process (pid ${previous.holder.pid})` : "another process",
        );
      }
      await sleep(pollMs);
      continue;
    }
    await endLeftoverNpm(previous, report.tookOver);
    const record = { state: "held", holder: identify(process.pid), place, npm: null };
    const number = top + 1;
    if (!createWhole(folder, lockFile(folder, number), record)) continue;
    if (highest(folder) > number) {
      rmSync(lockFile(folder, number), { force: true });
      continue;
    }
    for (const name of readdirSync(folder)) {
      if (Number(lockPattern.exec(name)?.[1] ?? number) < number) {
        rmSync(join(folder, name), { force: true });
      }
    }
    return holdLock(folder, number, record);
  }
}
