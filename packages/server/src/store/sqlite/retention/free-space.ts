import type { Output } from "../../protocol.ts";
import type { WriterState } from "../writer-state.ts";

/** Pages moved in one step: a few ms, as each may be written once more. */
const pagesMax = 100;

/**
 * Unused pages below this share of the file are kept: new alerts fill them again, so that a
 * file at its usual size is neither shrunk nor grown.
 */
const unusedShareMax = 0.25;
const unusedPagesMax = 1_000;

/** Shortens the file by a bounded number of unused pages (`auto_vacuum` is INCREMENTAL). */
export function freeSpace({ db }: WriterState): Output<"freeSpace"> {
  const read = (name: string) => Object.values(db.get<object>(`PRAGMA ${name}`) ?? {})[0] as number;
  const unused = read("freelist_count");
  if (unused <= Math.max(unusedPagesMax, read("page_count") * unusedShareMax)) return false;
  db.exec(`PRAGMA incremental_vacuum(${pagesMax})`);
  // A file made without it has nothing to give.
  return read("freelist_count") < unused;
}
