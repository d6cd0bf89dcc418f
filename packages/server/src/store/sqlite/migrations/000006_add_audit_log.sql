-- Who changed what. Nothing changes or removes an entry: not this service, and nobody by mistake.
-- `tenant_id` is '' for what is the operator's.
CREATE TABLE audit_log (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  tenant_id TEXT NOT NULL,
  role TEXT NOT NULL,
  api_key_id TEXT,
  via TEXT NOT NULL,
  action TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  name TEXT,
  fields TEXT NOT NULL,
  address TEXT NOT NULL,
  forwarded_for TEXT,
  request_id TEXT NOT NULL
) STRICT;

CREATE INDEX audit_log_by_tenant ON audit_log (tenant_id);
CREATE INDEX audit_log_by_resource ON audit_log (resource_id);

CREATE TRIGGER audit_log_keeps_changes BEFORE UPDATE ON audit_log
BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_log_keeps_entries BEFORE DELETE ON audit_log
BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
