-- Somebody signed in with a key: by its hash, so that the session ends with the key.
CREATE TABLE sessions (
  token_hash TEXT PRIMARY KEY,
  key_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_key ON sessions (key_hash, created_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
