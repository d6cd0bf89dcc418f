-- What all migrations together make; a test compares the two.
--
-- SQLite tables are never distributed, so rows refer to each other by small integers (`…_no`,
-- in order of arrival) and keys need not start with the tenant: an index entry is some ten bytes
-- instead of ninety, which counts at thousands of alerts a second. Times are ms since the epoch.
CREATE TABLE migrations (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  applied_at INTEGER NOT NULL
) STRICT;

-- Single values, e.g. the canary of the encryption key.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- `limits` are JSON; what is left out is not limited.
-- A deleted tenant keeps its row, under an id that no tenant can have, until its alerts are gone.
CREATE TABLE tenants (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  operational_event_sink_ids TEXT NOT NULL DEFAULT '[]',
  deleted_at INTEGER,
  retention_days INTEGER,
  limits TEXT NOT NULL DEFAULT '{}'
) STRICT;

-- `tenant_id` is '' for the operator's.
CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  name TEXT NOT NULL,
  prefix TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  scopes TEXT NOT NULL
    DEFAULT '["sinks:read","sinks:write","alerts:write","deliveries:read","deliveries:write","secrets:read"]',
  expires_at INTEGER,
  last_used_at INTEGER,
  limits TEXT NOT NULL DEFAULT '{}'
) STRICT;

CREATE INDEX api_keys_by_tenant ON api_keys (tenant_id, id);

-- Somebody signed in with a key: by its hash, so that the session ends with the key.
CREATE TABLE sessions (
  token_hash TEXT PRIMARY KEY,
  key_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_key ON sessions (key_hash, created_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- A deleted sink keeps its row: its deliveries go on naming it. `health` is JSON; NULL is healthy
-- since the sink was made.
CREATE TABLE event_sinks (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  tenant_id TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  type TEXT NOT NULL,
  settings TEXT NOT NULL,
  sealed_secrets TEXT,
  saved_by_operator INTEGER NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER,
  paused_at INTEGER,
  health TEXT
) STRICT;

CREATE INDEX event_sinks_by_tenant ON event_sinks (tenant_id, id) WHERE deleted_at IS NULL;
CREATE INDEX event_sinks_by_slack_integration ON event_sinks (settings ->> 'slack_integration_id')
  WHERE deleted_at IS NULL;

-- `tenant_id` is '' for the operator's.
CREATE TABLE slack_integrations (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  name TEXT NOT NULL,
  team_id TEXT NOT NULL,
  team_name TEXT NOT NULL,
  bot_user_id TEXT NOT NULL,
  scopes TEXT NOT NULL,
  revoked_reason TEXT,
  sealed_secrets TEXT NOT NULL,
  token_expires_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  bot_name TEXT
) STRICT;

CREATE INDEX slack_integrations_by_tenant ON slack_integrations (tenant_id, id);

-- OAuth installs under way; what expired goes with the next one that begins.
CREATE TABLE slack_installs (
  state_hash TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  name TEXT NOT NULL,
  sealed_secrets TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX slack_installs_by_expiry ON slack_installs (expires_at);

-- `body` stands last of what lists show, so that a scan of the other columns does not read it.
-- `detection_rule_id` is for finding alerts, by its index alone.
CREATE TABLE alerts (
  no INTEGER PRIMARY KEY,
  tenant_no INTEGER NOT NULL,
  uid TEXT NOT NULL UNIQUE,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  action TEXT NOT NULL,
  dedup_key TEXT NOT NULL,
  has_explicit_key INTEGER NOT NULL,
  severity_id INTEGER NOT NULL,
  tags TEXT NOT NULL,
  staging INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  template TEXT,
  body TEXT NOT NULL,
  detection_rule_id TEXT
) STRICT;

CREATE INDEX alerts_by_tenant ON alerts (tenant_no);
CREATE INDEX alerts_by_dedup_key ON alerts (tenant_no, dedup_key);
CREATE INDEX alerts_by_rule ON alerts (tenant_no, detection_rule_id)
  WHERE detection_rule_id IS NOT NULL;

-- Which (tenant, id, action) was stored; alerts whose id is our own uid need no row.
CREATE TABLE alert_ids (
  tenant_no INTEGER NOT NULL,
  id TEXT NOT NULL,
  action TEXT NOT NULL,
  alert_no INTEGER NOT NULL,
  PRIMARY KEY (tenant_no, id, action)
) STRICT, WITHOUT ROWID;

CREATE TABLE deliveries (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  tenant_no INTEGER NOT NULL,
  event_sink_no INTEGER NOT NULL,
  alert_no INTEGER NOT NULL,
  dedup_key TEXT NOT NULL,
  action TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT,
  attempt_count INTEGER NOT NULL,
  failure_count INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  due_at INTEGER,
  is_urgent INTEGER NOT NULL,
  is_ambiguous INTEGER NOT NULL,
  replayed_at INTEGER,
  replay_of_no INTEGER
) STRICT;

-- The queue: three indexes that hold nothing but what is unsettled.
CREATE INDEX deliveries_due ON deliveries (event_sink_no, is_urgent, due_at)
  WHERE state = 'pending' AND due_at IS NOT NULL;
CREATE INDEX deliveries_unfinished ON deliveries (event_sink_no, dedup_key, action)
  WHERE state = 'pending';
CREATE INDEX deliveries_waiting ON deliveries (event_sink_no, dedup_key)
  WHERE state = 'pending' AND due_at IS NULL;

-- For people: newest first is by `no`, which every index ends with.
CREATE INDEX deliveries_by_tenant ON deliveries (tenant_no);
CREATE INDEX deliveries_by_event_sink ON deliveries (event_sink_no);
CREATE INDEX deliveries_by_alert ON deliveries (alert_no);
CREATE INDEX deliveries_failed ON deliveries (tenant_no) WHERE state = 'failed';

-- What came later of a key and ended it: resolves are few.
CREATE INDEX deliveries_resolves ON deliveries (event_sink_no, dedup_key, alert_no)
  WHERE action = 'resolve';

CREATE TABLE attempts (
  no INTEGER PRIMARY KEY,
  delivery_no INTEGER NOT NULL,
  number INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  duration_ms REAL NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT,
  detail TEXT,
  ambiguous INTEGER NOT NULL,
  next_try_at INTEGER,
  exchanges TEXT NOT NULL,
  is_degraded INTEGER NOT NULL DEFAULT 0,
  is_replay INTEGER NOT NULL DEFAULT 0,
  UNIQUE (delivery_no, number)
) STRICT;

-- What a sink type remembers of a (sink, dedup_key).
CREATE TABLE sink_memory (
  event_sink_no INTEGER NOT NULL,
  dedup_key TEXT NOT NULL,
  memory TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (event_sink_no, dedup_key)
) STRICT, WITHOUT ROWID;

-- How many deliveries are in each state, kept with every change, so that no count scans them.
CREATE TABLE delivery_counts (
  state TEXT PRIMARY KEY,
  count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who changed what. Nothing changes an entry, or removes one of the last year: not this
-- service, and nobody by mistake.
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
WHEN old.at > (unixepoch() - 365 * 86400) * 1000
BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_log_keeps_places BEFORE INSERT ON audit_log
WHEN EXISTS (SELECT 1 FROM audit_log WHERE no = new.no OR id = new.id)
BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
-- Replays under way and past: a filter and the place it has got to (`position_no` up to `end_no`).
CREATE TABLE replays (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  tenant_no INTEGER NOT NULL,
  filter TEXT NOT NULL,
  to_event_sink_id TEXT,
  includes_overtaken INTEGER NOT NULL,
  state TEXT NOT NULL,
  position_no INTEGER NOT NULL,
  end_no INTEGER NOT NULL,
  matched_count INTEGER,
  replayed_count INTEGER NOT NULL,
  overtaken_count INTEGER NOT NULL,
  already_there_count INTEGER NOT NULL,
  sink_deleted_count INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;

CREATE INDEX replays_by_tenant ON replays (tenant_no);
CREATE INDEX replays_running ON replays (tenant_no) WHERE state = 'running';

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
