-- INSERT OR REPLACE takes the row that is in its way without asking the triggers of DELETE.
CREATE TRIGGER audit_log_keeps_places BEFORE INSERT ON audit_log
WHEN EXISTS (SELECT 1 FROM audit_log WHERE no = new.no OR id = new.id)
BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
