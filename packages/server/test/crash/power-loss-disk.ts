/**
 * A disk that loses power under the service: builds `power-loss-disk.c`, says how to start a process
 * on it, switches its faults, and after a kill brings the files back to what had been synced.
 */

import { spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";

/** As in `struct control`: 32-bit numbers in this order. */
const controlNames = [
  "writeErrno",
  "syncErrno",
  "faultsLeft",
  "syncsLie",
  "syncs",
  "writes",
  "uncovered",
] as const;

type ControlName = (typeof controlNames)[number];

export type DiskError = "EIO" | "ENOSPC";

export interface PowerLossDisk {
  /** What a process needs in its environment to run on this disk. */
  readonly env: Readonly<Record<string, string>>;
  /** Every write fails; ENOSPC fails only what would grow a file. */
  failWrites(error: DiskError, times?: number): void;
  failSyncs(error: DiskError, times?: number): void;
  /** From now on syncs answer that all is well, and do nothing. */
  lieAboutSyncs(): void;
  /** Ends all faults. */
  work(): void;
  count(name: "syncs" | "writes"): number;
  /**
   * Takes the files back to what a power failure leaves. The process must be gone.
   * @param random decides which unsynced block got to the disk all the same; without it, none did.
   * @returns what was undone.
   */
  losePower(random?: () => number): { blocks: number; names: number };
}

/**
 * Compiles the library into `folder`. There is no way round a C compiler: without one this fails
 * and does not pretend to have tested.
 */
export function buildPowerLossLibrary(folder: string): string {
  const library = join(folder, "power-loss-disk.so");
  const source = join(import.meta.dirname, "power-loss-disk.c");
  const flags = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-pthread"];
  const result = spawnSync("cc", [...flags, "-o", library, source, "-ldl"], { encoding: "utf8" });
  if (result.error !== undefined) {
    throw new Error(
      `The power-loss test needs a C compiler called cc (${result.error.message}). ` +
        "On Debian: apt-get install gcc libc6-dev.",
    );
  }
  if (result.status !== 0) throw new Error(`cc could not build it:\n${result.stderr}`);
  return library;
}

/**
 * @param root the folder whose files the disk holds.
 * @param notes an empty folder on the same file system, outside of `root`.
 */
export function createPowerLossDisk(library: string, root: string, notes: string): PowerLossDisk {
  const controlPath = join(notes, "control");
  const set = (name: ControlName, value: number) => {
    const file = openSync(controlPath, "r+");
    writeSync(file, Int32Array.of(value), 0, 4, controlNames.indexOf(name) * 4);
    closeSync(file);
  };
  const get = (name: ControlName) =>
    readFileSync(controlPath).readInt32LE(controlNames.indexOf(name) * 4);
  const fail = (name: "writeErrno" | "syncErrno", error: DiskError, times: number) => {
    set("faultsLeft", times);
    set(name, constants.errno[error]);
  };
  mkdirSync(notes, { recursive: true });
  writeFileSync(controlPath, Buffer.alloc(controlNames.length * 4));
  return {
    env: {
      LD_PRELOAD: library,
      POWER_LOSS_ROOT: root,
      POWER_LOSS_NOTES: notes,
      // libuv must not pass its writes to the kernel by a way that the library does not see.
      UV_USE_IO_URING: "0",
    },
    failWrites: (error, times = -1) => fail("writeErrno", error, times),
    failSyncs: (error, times = -1) => fail("syncErrno", error, times),
    lieAboutSyncs: () => set("syncsLie", 1),
    work() {
      for (const name of ["writeErrno", "syncErrno", "syncsLie"] as const) set(name, 0);
    },
    count: get,
    losePower(random = () => 1) {
      if (get("uncovered") > 0) throw new Error("files were changed in a way it cannot undo");
      for (const path of filesBelow(root)) if (path.endsWith("-shm")) rmSync(path);
      const blocks = undoContents(root, notes, random);
      const names = undoNames(join(notes, "names"), random);
      for (const name of readdirSync(notes)) if (name !== "control") rmSync(join(notes, name));
      return { blocks, names };
    },
  };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

const blockBytes = 4096;
const slotBytes = 16 + blockBytes;

function undoContents(root: string, notes: string, random: () => number): number {
  const kept = readdirSync(notes).filter((name) => name.startsWith("kept-"));
  const files = [...filesBelow(root), ...kept.map((name) => join(notes, name))];
  const byInode = new Map(files.map((path) => [String(statSync(path).ino), path]));
  let count = 0;
  for (const name of readdirSync(notes)) {
    const path = byInode.get(/^(\d+)\.undo$/.exec(name)?.[1] ?? "");
    if (path !== undefined) count += undoFile(path, readFileSync(join(notes, name)), random);
  }
  return count;
}

/** @param undo its durable size, then the old bytes of what has changed since; empty: nothing has. */
function undoFile(path: string, undo: Buffer, random: () => number): number {
  if (undo.length < 8) return 0;
  const durableSize = Number(undo.readBigInt64LE(0));
  const file = openSync(path, "r+");
  let count = 0;
  // A file that has grown keeps some of it by chance, and holes in that.
  const grown = Math.max(statSync(path).size - durableSize, 0);
  const size = durableSize + Math.floor(grown * (1 - random()));
  for (let at = Math.ceil(durableSize / blockBytes); at * blockBytes < size; at++) {
    if (random() >= 0.5) writeSync(file, Buffer.alloc(blockBytes), 0, blockBytes, at * blockBytes);
  }
  for (let at = 8; at + slotBytes <= undo.length; at += slotBytes) {
    if (random() < 0.5) continue;
    const offset = Number(undo.readBigInt64LE(at)) * blockBytes;
    writeSync(file, undo.subarray(at + 16, at + slotBytes), 0, blockBytes, offset);
    count += 1;
  }
  ftruncateSync(file, size);
  closeSync(file);
  return count + Math.ceil((grown - (size - durableSize)) / blockBytes);
}

/** The latest first; by chance the earliest of them got to the disk. */
function undoNames(path: string, random: () => number): number {
  if (!existsSync(path)) return 0;
  const lines = readFileSync(path, "utf8").trim().split("\n");
  const undone = lines
    .filter((line) => line !== "")
    .slice(Math.floor(lines.length * (1 - random())));
  for (const line of undone.toReversed()) {
    const [kind, at = "", from = "", kept = ""] = line.split("\t");
    if (kind === "made") rmSync(at, { recursive: true, force: true });
    if (kind === "renamed" && existsSync(at) && !existsSync(from)) renameSync(at, from);
    if (kept !== "" && !existsSync(at)) linkSync(kept, at);
  }
  return undone.length;
}
