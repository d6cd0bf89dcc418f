-- Counts over time: of a tenant (`event_sink_no` 0) by minutes and hours, of its sinks by hours.
CREATE TABLE statistics (
  tenant_no INTEGER NOT NULL,
  event_sink_no INTEGER NOT NULL,
  span_ms INTEGER NOT NULL,
  measure TEXT NOT NULL,
  at INTEGER NOT NULL,
  count INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_no, event_sink_no, span_ms, measure, at)
) STRICT, WITHOUT ROWID;
-- Counting on changes no column of it.
CREATE INDEX statistics_by_age ON statistics (span_ms, at);
