import { closeSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a folder, with those above it, so that it is still there after a power failure: a folder's
 * name is on disk once the folder above it is synced, and files synced in a folder without a name are
 * lost with it. One that was there already may have been made by a start that was killed before it
 * got to the sync, so the folder above is synced then too.
 */
export function makeDurableFolder(path: string, mode?: number): void {
  const firstMade = mkdirSync(path, { recursive: true, mode });
  const top = dirname(firstMade ?? path);
  for (let folder = dirname(path); folder.length >= top.length; folder = dirname(folder)) {
    syncFolder(folder);
    if (folder === dirname(folder)) break;
  }
}

/** Puts the names in a folder on disk; a folder that may not be read has to be left to the kernel. */
export function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  let folder: number;
  try {
    folder = openSync(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EACCES") return;
    throw error;
  }
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
