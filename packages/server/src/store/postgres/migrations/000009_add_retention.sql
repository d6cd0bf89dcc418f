-- NULL: what the operator has set for all.
ALTER TABLE tenants ADD COLUMN retention_days integer;

-- What is older than a year may go: retention takes it.
DROP TRIGGER audit_log_keeps_entries ON audit_log;
CREATE TRIGGER audit_log_keeps_entries BEFORE UPDATE OR TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_log_keeps_a_year BEFORE DELETE ON audit_log FOR EACH ROW
  WHEN (old.at > (extract(epoch FROM now())::bigint - 365 * 86400) * 1000)
  EXECUTE FUNCTION refuse_audit_change();

-- Whose pass it is: one row. It is free when `held_until` has passed.
CREATE TABLE retention_pass (
  no integer PRIMARY KEY,
  node_id uuid,
  held_until timestamptz NOT NULL
);
INSERT INTO retention_pass (no, held_until) VALUES (1, '-infinity');

-- What was sent again, of whatever age: retention looks for it.
CREATE INDEX queue_replayed ON queue (delivery_id) WHERE replayed_at IS NOT NULL;
