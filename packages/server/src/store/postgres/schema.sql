-- What all migrations together make; a test compares the two.
--
-- `tenant_id` leads the primary key of every table that grows with alerts or belongs to a tenant, so that
-- they can be distributed by it (docs/scale.md has the others and why; a test compares). Other
-- indexes begin with what only they are for, lest a plan mistake one for the key. Times are ms since the
-- epoch, but for leases of nodes, which go by the clock of the database.
CREATE TABLE migrations (
  number integer PRIMARY KEY,
  name text NOT NULL,
  applied_at bigint NOT NULL
);

-- Single values, e.g. the canary of the encryption key.
CREATE TABLE meta (name text PRIMARY KEY, value text NOT NULL);

-- `limits` are JSON; what is left out is not limited.
-- `seq` tells a tenant from an earlier one of its id: `tenant_no` elsewhere.
CREATE TABLE tenants (
  tenant_id text COLLATE "C" PRIMARY KEY,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  created_at bigint NOT NULL,
  operational_event_sink_ids text NOT NULL DEFAULT '[]',
  retention_days integer,
  limits text NOT NULL DEFAULT '{}'
);
CREATE INDEX tenants_by_seq ON tenants (seq);

-- Deleted tenants of which something is left; no look-up finds what is theirs.
CREATE TABLE gone_tenants (
  tenant_id text COLLATE "C" NOT NULL,
  tenant_no bigint NOT NULL,
  PRIMARY KEY (tenant_id, tenant_no)
);

-- Whose is it: for look-ups by a bare id, or by a key's hash.
CREATE TABLE tenant_ids (
  id text COLLATE "C" PRIMARY KEY,
  tenant_id text COLLATE "C" NOT NULL
);

-- `tenant_id` is '' for the operator's.
CREATE TABLE api_keys (
  tenant_id text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  prefix text NOT NULL,
  hash text COLLATE "C" NOT NULL,
  scopes text NOT NULL,
  expires_at bigint,
  last_used_at bigint,
  created_at bigint NOT NULL,
  limits text NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX api_keys_by_hash ON api_keys (tenant_id, hash);

-- Somebody signed in with a key: by its hash, so that the session ends with the key.
CREATE TABLE sessions (
  token_hash text COLLATE "C" PRIMARY KEY,
  key_hash text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL
);
CREATE INDEX sessions_by_key ON sessions (key_hash, created_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- A deleted sink keeps its row: its deliveries go on naming it. `health` is JSON; NULL is healthy
-- since the sink was made. `change_count` counts what its owner changed.
CREATE TABLE event_sinks (
  tenant_id text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  tenant_no bigint NOT NULL,
  name text NOT NULL,
  description text NOT NULL,
  type text NOT NULL,
  settings text NOT NULL,
  slack_integration_id text COLLATE "C",
  sealed_secrets text,
  saved_by_operator boolean NOT NULL,
  version integer NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  deleted_at bigint,
  paused_at bigint,
  health text,
  change_count integer NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, id)
) WITH (fillfactor = 70);
CREATE INDEX event_sinks_by_slack_integration ON event_sinks (slack_integration_id)
  WHERE slack_integration_id IS NOT NULL;

CREATE TABLE slack_integrations (
  tenant_id text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  team_id text NOT NULL,
  team_name text NOT NULL,
  bot_user_id text NOT NULL,
  bot_name text,
  scopes text NOT NULL,
  revoked_reason text,
  sealed_secrets text NOT NULL,
  token_expires_at bigint,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

-- Until when somebody renews the token of an integration.
CREATE TABLE slack_locks (id text COLLATE "C" PRIMARY KEY, locked_until bigint NOT NULL);

-- OAuth installs under way; what expired goes with the next one that begins.
CREATE TABLE slack_installs (
  tenant_id text COLLATE "C" NOT NULL,
  state_hash text COLLATE "C" NOT NULL,
  name text NOT NULL,
  sealed_secrets text NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (tenant_id, state_hash)
);
CREATE INDEX slack_installs_by_expiry ON slack_installs (expires_at);

-- Alerts, deliveries and attempts: one partition for each week of their UUIDv7. What arrives in
-- the order of its id needs no B-tree for a look-up by the bare id: a BRIN index costs next to
-- nothing to keep.
CREATE TABLE alerts (
  tenant_id text COLLATE "C" NOT NULL,
  uid uuid NOT NULL,
  tenant_no bigint NOT NULL,
  id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  action text COLLATE "C" NOT NULL,
  dedup_key text COLLATE "C" NOT NULL,
  has_explicit_key boolean NOT NULL,
  severity_id smallint NOT NULL,
  tags text NOT NULL,
  staging boolean NOT NULL,
  received_at bigint NOT NULL,
  template text,
  body text NOT NULL,
  detection_rule_id text COLLATE "C",
  PRIMARY KEY (tenant_id, uid)
) PARTITION BY RANGE (uid);
CREATE INDEX alerts_by_dedup_key ON alerts (dedup_key, tenant_id, uid);
CREATE INDEX alerts_by_rule ON alerts (detection_rule_id, tenant_id, uid)
  WHERE detection_rule_id IS NOT NULL;
CREATE INDEX alerts_by_uid ON alerts USING brin (uid) WITH (pages_per_range = 16, autosummarize = on);

-- Which (tenant, id, action) was stored; alerts whose id is our own uid need no row.
CREATE TABLE alert_ids (
  tenant_id text COLLATE "C" NOT NULL,
  tenant_no bigint NOT NULL,
  id text COLLATE "C" NOT NULL,
  action text COLLATE "C" NOT NULL,
  alert_uid uuid NOT NULL,
  PRIMARY KEY (tenant_id, tenant_no, id, action)
);

-- The one order of all deliveries, over all nodes.
CREATE SEQUENCE delivery_seq;

-- What people see of a delivery. No index holds a column that a settle changes (`failed_at` stays
-- NULL unless it fails), so that settling one rewrites no index.
CREATE TABLE deliveries (
  tenant_id text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  tenant_no bigint NOT NULL,
  event_sink_id uuid NOT NULL,
  alert_uid uuid NOT NULL,
  seq bigint NOT NULL,
  dedup_key text COLLATE "C" NOT NULL,
  action text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  reason text,
  attempt_count integer NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  failed_at bigint,
  replayed_at bigint,
  replay_of uuid,
  PRIMARY KEY (tenant_id, id)
) PARTITION BY RANGE (id);
CREATE INDEX deliveries_by_event_sink ON deliveries (event_sink_id, id);
CREATE INDEX deliveries_by_alert ON deliveries (alert_uid, seq);
CREATE INDEX deliveries_failed ON deliveries (tenant_id, id) WHERE failed_at IS NOT NULL;
-- What came later of a key and ended it: resolves are few.
CREATE INDEX deliveries_resolves ON deliveries (dedup_key, event_sink_id, alert_uid)
  WHERE action = 'resolve';
CREATE INDEX deliveries_by_id ON deliveries USING brin (id) WITH (pages_per_range = 16, autosummarize = on);

CREATE TABLE attempts (
  tenant_id text COLLATE "C" NOT NULL,
  delivery_id uuid NOT NULL,
  number integer NOT NULL,
  started_at bigint NOT NULL,
  duration_ms double precision NOT NULL,
  outcome text NOT NULL,
  reason text,
  detail text,
  ambiguous boolean NOT NULL,
  is_degraded boolean NOT NULL,
  next_try_at bigint,
  exchanges text NOT NULL,
  is_replay boolean NOT NULL,
  PRIMARY KEY (tenant_id, delivery_id, number)
) PARTITION BY RANGE (delivery_id);

CREATE TABLE alerts_default PARTITION OF alerts DEFAULT;
CREATE TABLE deliveries_default PARTITION OF deliveries DEFAULT WITH (fillfactor = 80);
CREATE TABLE attempts_default PARTITION OF attempts DEFAULT;

-- The queue: one row for each pending delivery, gone when it is settled. `due_at` is NULL while it
-- waits for others of its key.
CREATE TABLE queue (
  tenant_id text COLLATE "C" NOT NULL,
  event_sink_id uuid NOT NULL,
  seq bigint NOT NULL,
  delivery_id uuid NOT NULL,
  alert_uid uuid NOT NULL,
  dedup_key text COLLATE "C" NOT NULL,
  action text COLLATE "C" NOT NULL,
  is_urgent boolean NOT NULL,
  due_at bigint,
  attempt_count integer NOT NULL DEFAULT 0,
  failure_count integer NOT NULL DEFAULT 0,
  is_ambiguous boolean NOT NULL DEFAULT false,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  replayed_at bigint,
  is_rate_limited boolean NOT NULL DEFAULT false,
  PRIMARY KEY (tenant_id, event_sink_id, seq)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0.1);
CREATE INDEX queue_due ON queue (tenant_id, event_sink_id, is_urgent, due_at, seq)
  WHERE due_at IS NOT NULL;
CREATE INDEX queue_by_key ON queue (dedup_key, event_sink_id, action, seq);
CREATE INDEX queue_waiting ON queue (dedup_key, event_sink_id, seq) WHERE due_at IS NULL;
-- What was sent again, of whatever age: retention looks for it.
CREATE INDEX queue_replayed ON queue (delivery_id) WHERE replayed_at IS NOT NULL;

-- What a sink type remembers of a (sink, dedup_key).
CREATE TABLE sink_memory (
  tenant_id text COLLATE "C" NOT NULL,
  event_sink_id uuid NOT NULL,
  dedup_key text COLLATE "C" NOT NULL,
  memory text NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (tenant_id, event_sink_id, dedup_key)
);

-- Replays: from `position_id` (done) to `end_id`, by the ids of deliveries.
CREATE TABLE replays (
  tenant_id text COLLATE "C" NOT NULL,
  no bigint GENERATED ALWAYS AS IDENTITY,
  id uuid NOT NULL,
  tenant_no bigint NOT NULL,
  filter text NOT NULL,
  to_event_sink_id text COLLATE "C",
  includes_overtaken boolean NOT NULL,
  state text COLLATE "C" NOT NULL,
  position_id uuid NOT NULL,
  end_id uuid NOT NULL,
  matched_count bigint,
  replayed_count bigint NOT NULL DEFAULT 0,
  overtaken_count bigint NOT NULL DEFAULT 0,
  already_there_count bigint NOT NULL DEFAULT 0,
  sink_deleted_count bigint NOT NULL DEFAULT 0,
  created_at bigint NOT NULL,
  finished_at bigint,
  PRIMARY KEY (tenant_id, no)
);
CREATE UNIQUE INDEX replays_by_id ON replays (tenant_id, id);
CREATE INDEX replays_running ON replays (no) WHERE state = 'running';

-- Who works on which lane. A node that has not renewed its lease has lost all of its lanes.
CREATE TABLE nodes (
  id uuid PRIMARY KEY,
  leased_until timestamptz NOT NULL,
  started_at timestamptz NOT NULL
) WITH (fillfactor = 50);
CREATE TABLE lanes (
  tenant_id text COLLATE "C" NOT NULL,
  event_sink_id uuid NOT NULL,
  node_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, event_sink_id)
) WITH (fillfactor = 70);
CREATE INDEX lanes_by_node ON lanes (node_id);

-- What a node has to tell whoever owns a lane; taken away when it has been read.
CREATE TABLE lane_mail (
  no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id text COLLATE "C" NOT NULL,
  event_sink_id uuid NOT NULL,
  kind text NOT NULL,
  dedup_key text COLLATE "C",
  supersedes boolean NOT NULL DEFAULT false,
  at bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- How many deliveries are in each state, kept with every change, so that no count scans them. The
-- connections of a node write to rows of their own, so that none waits for another.
CREATE TABLE delivery_counts (
  shard integer NOT NULL,
  state text COLLATE "C" NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (shard, state)
) WITH (fillfactor = 20);

-- Who changed what. Nothing changes an entry, or removes one of the last year: not this
-- service, and nobody by mistake.
-- `tenant_id` is '' for what is the operator's.
CREATE TABLE audit_log (
  tenant_id text COLLATE "C" NOT NULL,
  no bigint GENERATED ALWAYS AS IDENTITY,
  id text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  role text NOT NULL,
  api_key_id text,
  via text NOT NULL,
  action text NOT NULL,
  resource_id text COLLATE "C" NOT NULL,
  name text,
  fields text NOT NULL,
  address text NOT NULL,
  forwarded_for text,
  request_id text NOT NULL,
  PRIMARY KEY (tenant_id, no)
);
CREATE UNIQUE INDEX audit_log_by_id ON audit_log (tenant_id, id);
CREATE INDEX audit_log_by_no ON audit_log (no);
CREATE INDEX audit_log_by_resource ON audit_log (tenant_id, resource_id, no);

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only';
END $$;
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

-- How fast platforms are sent to, over all nodes: when a pace's bucket is full again. Not logged: it
-- says nothing that is worth a disk's time, and nothing after a crash.
CREATE UNLOGGED TABLE paces (
  key text COLLATE "C" PRIMARY KEY,
  step_ms double precision NOT NULL,
  free_at timestamptz NOT NULL
) WITH (fillfactor = 50);
