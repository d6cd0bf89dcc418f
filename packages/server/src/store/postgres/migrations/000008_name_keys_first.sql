-- An index that begins as a primary key does can be mistaken for it by a plan made while the table
-- was small. So these begin with what only they are for.
DROP INDEX deliveries_by_event_sink;
CREATE INDEX deliveries_by_event_sink ON deliveries (event_sink_id, id);
DROP INDEX deliveries_by_alert;
CREATE INDEX deliveries_by_alert ON deliveries (alert_uid, seq);
DROP INDEX deliveries_resolves;
CREATE INDEX deliveries_resolves ON deliveries (dedup_key, event_sink_id, alert_uid)
  WHERE action = 'resolve';
DROP INDEX alerts_by_dedup_key;
CREATE INDEX alerts_by_dedup_key ON alerts (dedup_key, tenant_id, uid);
DROP INDEX queue_by_key;
CREATE INDEX queue_by_key ON queue (dedup_key, event_sink_id, action, seq);
DROP INDEX queue_waiting;
CREATE INDEX queue_waiting ON queue (dedup_key, event_sink_id, seq) WHERE due_at IS NULL;
