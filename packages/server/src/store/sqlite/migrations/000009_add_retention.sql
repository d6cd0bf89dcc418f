-- NULL: what the operator has set for all.
ALTER TABLE tenants ADD COLUMN retention_days INTEGER;

-- What is older than a year may go: retention takes it.
DROP TRIGGER audit_log_keeps_entries;
CREATE TRIGGER audit_log_keeps_entries BEFORE DELETE ON audit_log
WHEN old.at > (unixepoch() - 365 * 86400) * 1000
BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
