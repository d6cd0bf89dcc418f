/**
 * SQLSTATE classes and codes (https://www.postgresql.org/docs/current/errcodes-appendix.html, read
 * 2026-11-25) that say the database itself cannot work now, whatever it was asked.
 */
const faults = new Map([
  ["08", "the connection to the database was lost"],
  ["53", "the database is out of space, memory or connections"],
  ["57P", "the database is shutting down or starting up"],
  ["57P05", "this node stood still in the middle of a transaction, so it was undone"],
  ["58", "the database met an error of its system"],
  ["25006", "the database is a read-only standby"],
  ["28", "the database does not let this user in"],
  ["3D000", "there is no database of that name"],
  ["55000", "the database takes no connections"],
  ["55P03", "a lock in the database could not be had in time"],
  ["57014", "the database was too slow to answer"],
  ["XX", "the database has met an internal error"],
]);

/** Nothing was kept, and the same again may well go through. */
const transientCodes: ReadonlySet<string> = new Set(["40001", "40P01"]);

/**
 * A prepared statement is not there, or is there already: a pooler has given us another connection;
 * or the schema has changed since.
 */
const unpreparedCodes: ReadonlySet<string> = new Set(["26000", "42P05", "0A000"]);

const networkCodes = /^(E[A-Z]{3,}|ERR_.*)$/;

/** Why the database cannot work, as half a sentence; undefined when `error` is no such fault. */
export function readPostgresFault(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  for (const length of [5, 3, 2]) {
    const fault = code.length === 5 ? faults.get(code.slice(0, length)) : undefined;
    if (fault !== undefined) return fault;
  }
  if (networkCodes.test(code)) return `the database cannot be reached (${code})`;
  // The driver's own errors carry no code.
  if (/connection|timeout|timed out|not queryable/i.test(error.message) && code === "") {
    return `the database cannot be reached (${error.message})`;
  }
  return undefined;
}

/** A deadlock, a serialisation failure or a lost plan: the transaction may simply be run again. */
export function isTransient(error: unknown): boolean {
  return hasCode(error, transientCodes) || isNotPrepared(error);
}

/** The driver has given up waiting: the connection is still busy with the statement. */
export function isUnanswered(error: unknown): error is Error {
  return error instanceof Error && error.message === "Query read timeout";
}

/** Prepared statements cannot be relied on. */
export function isNotPrepared(error: unknown): boolean {
  return hasCode(error, unpreparedCodes);
}

function hasCode(error: unknown, codes: ReadonlySet<string>): boolean {
  return error instanceof Error && "code" in error && codes.has(String(error.code));
}
