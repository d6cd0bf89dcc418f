-- Counts over time: of a tenant (`event_sink_id` nil) by minutes and hours, of its sinks by hours.
-- Nodes write to rows of their own, so that none waits for another.
CREATE TABLE statistics (
  tenant_id text COLLATE "C" NOT NULL,
  event_sink_id uuid NOT NULL,
  span_ms integer NOT NULL,
  measure text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  shard integer NOT NULL,
  count bigint NOT NULL,
  last_at bigint NOT NULL,
  PRIMARY KEY (tenant_id, event_sink_id, span_ms, measure, at, shard)
) WITH (fillfactor = 50);
-- Counting on changes no column of it.
CREATE INDEX statistics_by_age ON statistics (span_ms, at);
