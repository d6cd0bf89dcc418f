/**
 * Which process is meant, for longer than it lives.
 *
 * A pid alone is not enough: it is given out again. A pid together with the moment its
 * process started is never given out again on one running machine; `place` names that
 * machine (and the container on it), since pids of another one say nothing here.
 */

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

function readOr(read, fallback) {
  try {
    return read();
  } catch {
    return fallback;
  }
}

/** The machine, its boot and its pid namespace. */
export const place = [
  hostname(),
  readOr(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(), ""),
  readOr(() => readlinkSync("/proc/self/ns/pid"), ""),
].join("|");

/** When a process started, as an opaque text; null when there is no such process. */
export function processStart(pid) {
  if (process.platform === "linux") {
    const fields = statFields(pid);
    return isGone(fields) ? null : fields[19];
  }
  const ps = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" });
  return ps.status === 0 && ps.stdout.trim() !== "" ? ps.stdout.trim() : null;
}

/** @returns {{pid: number, start: string | null}} to be stored and asked about later */
export function identify(pid) {
  return { pid, start: processStart(pid) };
}

/** True while the very process that was identified runs. */
export function isRunning(identity) {
  return identity.start !== null && processStart(identity.pid) === identity.start;
}

function statFields(pid) {
  const stat = readOr(() => readFileSync(`/proc/${pid}/stat`, "utf8"), null);
  // The second field is the program's name in parentheses and may hold anything.
  return stat === null ? null : stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** A zombie holds nothing any more; where nobody collects orphans it may stay for ever. */
const isGone = (fields) => fields === null || fields[0] === "Z" || fields[0] === "X";

/** True while any process of a group runs, its leader or not. */
export function isGroupRunning(groupId) {
  if (process.platform === "linux") {
    return readdirSync("/proc").some((name) => {
      const fields = /^\d+$/.test(name) ? statFields(name) : null;
      return !isGone(fields) && Number(fields[2]) === groupId;
    });
  }
  try {
    process.kill(-groupId, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
