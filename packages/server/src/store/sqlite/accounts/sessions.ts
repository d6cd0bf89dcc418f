import type { Input, Output } from "../../protocol.ts";
import { type SessionRow, sessionColumns, toSession } from "../../rows/session-row.ts";
import type { Database } from "../database.ts";
import type { WriterState } from "../writer-state.ts";

export function createSession(
  { db }: WriterState,
  { session, sessionsMax }: Input<"createSession">,
): Output<"createSession"> {
  const { tokenHash, keyHash, createdAt, expiresAt } = session;
  db.run("DELETE FROM sessions WHERE expires_at <= ?", createdAt);
  db.run(
    `INSERT INTO sessions (${sessionColumns}) VALUES (?, ?, ?, ?)`,
    tokenHash,
    keyHash,
    createdAt,
    expiresAt,
  );
  db.run(
    `DELETE FROM sessions WHERE token_hash IN (
       SELECT token_hash FROM sessions WHERE key_hash = ? ORDER BY created_at DESC, token_hash LIMIT -1 OFFSET ?)`,
    keyHash,
    sessionsMax,
  );
  return "created";
}

export function findSession(
  db: Database,
  { tokenHash }: Input<"findSession">,
): Output<"findSession"> {
  const row = db.get<SessionRow>(
    `SELECT ${sessionColumns} FROM sessions WHERE token_hash = ?`,
    tokenHash,
  );
  return row === undefined ? null : toSession(row);
}

export function deleteSession(
  { db }: WriterState,
  { tokenHash }: Input<"deleteSession">,
): Output<"deleteSession"> {
  const deletedCount = db.run("DELETE FROM sessions WHERE token_hash = ?", tokenHash);
  return deletedCount === 1 ? "deleted" : "not_found";
}
