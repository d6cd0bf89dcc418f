/**
 * Primary result codes (https://www.sqlite.org/rescode.html) that say the store itself cannot
 * work now, whatever it was asked; every other code is about the one statement.
 */
const faults = new Map([
  [3, "access to the database file was denied"],
  [5, "another program holds the database"],
  [6, "another program holds the database"],
  [7, "memory is used up"],
  [8, "the database file is read-only"],
  [10, "the disk reported an error"],
  [11, "the database file is damaged"],
  [13, "the disk is full"],
  [14, "the database file cannot be opened"],
  [15, "another program holds the database"],
  [26, "the file is not a SQLite database, or is damaged"],
]);

/** Why the store cannot work, as half a sentence; undefined when `error` is no such fault. */
export function readSqliteFault(error: unknown): string | undefined {
  const code = sqliteErrorCode(error);
  if (code === undefined) return undefined;
  return faults.get(code & 0xff);
}

/** SQLite's extended result code, undefined for any other error. */
function sqliteErrorCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode : undefined;
}
