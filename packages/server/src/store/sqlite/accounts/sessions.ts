import type { Input, Output } from "../../protocol.ts";
import type { Session } from "../../store.ts";
import type { Database } from "../database.ts";
import type { WriterState } from "../writer-state.ts";

interface SessionRow {
  readonly token_hash: string;
  readonly key_hash: string;
  readonly created_at: number;
  readonly expires_at: number;
}

const columns = "token_hash, key_hash, created_at, expires_at";

export function createSession(
  { db }: WriterState,
  { session, sessionsMax }: Input<"createSession">,
): Output<"createSession"> {
  const { tokenHash, keyHash, createdAt, expiresAt } = session;
  db.run("DELETE FROM sessions WHERE expires_at <= ?", createdAt);
  db.run(
    `INSERT INTO sessions (${columns}) VALUES (?, ?, ?, ?)`,
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
  const row = db.get<SessionRow>(`SELECT ${columns} FROM sessions WHERE token_hash = ?`, tokenHash);
  return row === undefined ? null : toSession(row);
}

const toSession = (row: SessionRow): Session => ({
  tokenHash: row.token_hash,
  keyHash: row.key_hash,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
});

export function deleteSession(
  { db }: WriterState,
  { tokenHash }: Input<"deleteSession">,
): Output<"deleteSession"> {
  const deletedCount = db.run("DELETE FROM sessions WHERE token_hash = ?", tokenHash);
  return deletedCount === 1 ? "deleted" : "not_found";
}
