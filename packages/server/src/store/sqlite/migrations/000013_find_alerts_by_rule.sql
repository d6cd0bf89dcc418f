-- The rule that an alert says it comes from, which is its key only if it names no other. Of alerts
-- that were there before, it is not known here.
ALTER TABLE alerts ADD COLUMN detection_rule_id TEXT;
CREATE INDEX alerts_by_rule ON alerts (tenant_no, detection_rule_id)
  WHERE detection_rule_id IS NOT NULL;
