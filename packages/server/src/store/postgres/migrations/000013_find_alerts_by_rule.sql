-- The rule that an alert says it comes from, which is its key only if it names no other. Of alerts
-- that were there before, it is not known here.
ALTER TABLE alerts ADD COLUMN detection_rule_id text COLLATE "C";
CREATE INDEX alerts_by_rule ON alerts (detection_rule_id, tenant_id, uid)
  WHERE detection_rule_id IS NOT NULL;
