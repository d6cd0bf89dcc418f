import type { Session } from "../store.ts";

export interface SessionRow {
  readonly token_hash: string;
  readonly key_hash: string;
  readonly created_at: number;
  readonly expires_at: number;
}

/** Columns of `SessionRow`. */
export const sessionColumns = "token_hash, key_hash, created_at, expires_at";

export const toSession = (row: SessionRow): Session => ({
  tokenHash: row.token_hash,
  keyHash: row.key_hash,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
});
