import { randomBytes } from "node:crypto";
import {
  closeSync,
  fstatSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { makeDurableFolder, syncFolder } from "./durable-folder.ts";

export interface KeyFile {
  readonly path: string;
  readonly text: string;
  readonly isNew: boolean;
  /** What the operator should look at, in a sentence; null when all is well. */
  readonly warning: string | null;
}

/**
 * Reads a key from `<dataDir>/<name>`, or makes one and keeps it there, for its owner's
 * eyes only. Of several starts at the same moment one makes the key and all get it. A new key is on
 * disk for good before this returns, since what it seals would be lost with it.
 * @param make a new key, or throws when there must be none.
 * Throws when the file cannot be read or written.
 */
export function readOrMakeKeyFile(dataDir: string, name: string, make: () => string): KeyFile {
  const path = join(dataDir, name);
  const existing = readKeyFile(path);
  if (existing !== null) return existing;
  const text = make();
  makeFolder(dataDir);
  if (publish(path, `${text}\n`)) return { path, text, isNew: true, warning: null };
  const winner = readKeyFile(path);
  if (winner === null) throw new Error(`${path} came and went while it was read.`);
  return winner;
}

function makeFolder(path: string): void {
  try {
    makeDurableFolder(path, 0o700);
  } catch (error) {
    throw new Error(`The folder ${path} cannot be made (${codeOf(error)}). ${folderCure}`, {
      cause: error,
    });
  }
}

const folderCure =
  "Let the user that runs Event Sinks write there, or name another place with EVENT_SINKS_DATABASE_URL.";

/** Null when there is none. Throws with a sentence when it cannot be read or is empty. */
export function readKeyFile(path: string): KeyFile | null {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if (isCode(error, "ENOENT")) return null;
    throw new Error(`${path} cannot be read (${codeOf(error)}). ${folderCure}`, { cause: error });
  }
  try {
    const text = readFileSync(file, "utf8").trim();
    if (text === "") {
      throw new Error(`${path} is empty. Put back the key that was in it.`);
    }
    return { path, text, isNew: false, warning: modeWarning(path, fstatSync(file).mode) };
  } finally {
    closeSync(file);
  }
}

function modeWarning(path: string, mode: number): string | null {
  if ((mode & 0o077) === 0 || process.platform === "win32") return null;
  return `${path} can be read by other users of this machine. Run: chmod 600 ${path}`;
}

/**
 * Writes the whole file under a name of its own, then links it to its real name, which
 * fails when that exists: nobody ever reads half a key or replaces one.
 * @returns false when the file was there already.
 */
function publish(path: string, text: string): boolean {
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    writeNew(draft, text);
    linkOrWrite(draft, path, text);
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw new Error(`${path} cannot be written (${codeOf(error)}). ${folderCure}`, {
      cause: error,
    });
  } finally {
    rmSync(draft, { force: true });
  }
  syncFolder(dirname(path));
  return true;
}

/** Some mounted volumes know no hard links: there, half a key may be read by a start at the same moment. */
function linkOrWrite(draft: string, path: string, text: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!["EPERM", "ENOTSUP", "ENOSYS"].some((code) => isCode(error, code))) throw error;
    writeNew(path, text);
  }
}

/**
 * Puts another text in a key file's place. Whoever reads or is killed meanwhile finds the one or the
 * other, and the new one is on disk for good when this returns. Throws when it cannot be written.
 */
export function replaceKeyFile(path: string, text: string): void {
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    writeNew(draft, `${text}\n`);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new Error(`${path} cannot be written (${codeOf(error)}). ${folderCure}`, {
      cause: error,
    });
  }
  syncFolder(dirname(path));
}

function writeNew(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600, flag: "wx", flush: true });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
