import type { Input, Output } from "../../protocol.ts";
import { type SessionRow, sessionColumns, toSession } from "../../rows/session-row.ts";
import type { Queries } from "../database.ts";
import type { NodeState } from "../node-state.ts";

export async function createSession(
  state: NodeState,
  { session, sessionsMax }: Input<"createSession">,
): Promise<Output<"createSession">> {
  const { tokenHash, keyHash, createdAt, expiresAt } = session;
  const { db } = state;
  await db.run("DELETE FROM sessions WHERE expires_at <= $1", createdAt);
  const values = [tokenHash, keyHash, createdAt, expiresAt];
  await db.run(`INSERT INTO sessions (${sessionColumns}) VALUES ($1, $2, $3, $4)`, ...values);
  await db.run(
    `DELETE FROM sessions WHERE token_hash IN (SELECT token_hash FROM sessions
       WHERE key_hash = $1 ORDER BY created_at DESC, token_hash OFFSET $2)`,
    keyHash,
    sessionsMax,
  );
  return "created";
}

export async function findSession(
  db: Queries,
  { tokenHash }: Input<"findSession">,
): Promise<Output<"findSession">> {
  const sql = `SELECT ${sessionColumns} FROM sessions WHERE token_hash = $1`;
  const row = await db.get<SessionRow>(sql, tokenHash);
  return row === undefined ? null : toSession(row);
}

export async function deleteSession(
  { db }: NodeState,
  { tokenHash }: Input<"deleteSession">,
): Promise<Output<"deleteSession">> {
  const deletedCount = await db.run("DELETE FROM sessions WHERE token_hash = $1", tokenHash);
  return deletedCount === 1 ? "deleted" : "not_found";
}
