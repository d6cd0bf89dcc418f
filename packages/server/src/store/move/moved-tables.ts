/**
 * What each table of PostgreSQL gets from SQLite's, as SQL on SQLite. Rows keep the order they have
 * there: the numbers that SQLite refers by (`no`) become what PostgreSQL orders by (`seq`, `no`).
 * A test sees to it that no column of either is forgotten.
 *
 * Not taken along: what a deleted tenant left and was about to be removed, and leases, which no store
 * keeps over a restart.
 */

import { markName } from "./move-mark.ts";

export interface MovedTable {
  /** The table in PostgreSQL. */
  readonly name: string;
  /** What people call it. */
  readonly label: string;
  /** From where, with the conditions. */
  readonly from: string;
  readonly where?: string;
  /** What rows are ordered by, and a place among them is kept as. No two rows have the same. */
  readonly key: readonly string[];
  /** A column there and what goes into it. */
  readonly columns: Readonly<Record<string, string>>;
  /** Texts that may hold U+0000, which PostgreSQL's cannot. */
  readonly escaped?: readonly string[];
}

const liveTenant = "t.deleted_at IS NULL";
const same = (alias: string, ...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, `${alias}.${name}`]));

/** Places of a running replay: by number there, by id here. Both begin after what is done. */
const nothingDone = "'00000000-0000-0000-0000-000000000000'";
const firstToDo = `(SELECT min(d.id) FROM deliveries d
  WHERE d.tenant_no = r.tenant_no AND d.no > r.position_no)`;
const positionOf = `coalesce((SELECT max(d.id) FROM deliveries d
  WHERE d.tenant_no = r.tenant_no AND d.id < ${firstToDo}), ${nothingDone})`;
const endOf = `coalesce((SELECT max(d.id) FROM deliveries d
  WHERE d.tenant_no = r.tenant_no AND d.no <= r.end_no), ${nothingDone})`;

/** Accounts and settings: few rows. */
const accounts: readonly MovedTable[] = [
  {
    name: "meta",
    label: "single values",
    from: "meta m",
    where: `m.name <> '${markName}'`,
    key: ["m.name"],
    columns: same("m", "name", "value"),
  },
  {
    name: "tenants",
    label: "tenants",
    from: "tenants t",
    where: liveTenant,
    key: ["t.no"],
    columns: {
      tenant_id: "t.id",
      seq: "t.no",
      ...same("t", "created_at", "operational_event_sink_ids", "retention_days", "limits"),
    },
  },
  {
    name: "tenant_ids",
    label: "index of ids",
    from: `(SELECT id, tenant_id FROM api_keys UNION ALL SELECT hash, tenant_id FROM api_keys
      UNION ALL SELECT id, tenant_id FROM event_sinks WHERE deleted_at IS NULL
      UNION ALL SELECT id, tenant_id FROM slack_integrations
      UNION ALL SELECT state_hash, tenant_id FROM slack_installs) i`,
    key: ["i.id"],
    columns: same("i", "id", "tenant_id"),
  },
  {
    name: "api_keys",
    label: "API keys",
    from: "api_keys k",
    key: ["k.id"],
    columns: same(
      "k",
      ...["tenant_id", "id", "name", "prefix", "hash", "scopes"],
      ...["limits", "expires_at", "last_used_at", "created_at"],
    ),
  },
  {
    name: "sessions",
    label: "sessions",
    from: "sessions s",
    key: ["s.token_hash"],
    columns: same("s", "token_hash", "key_hash", "created_at", "expires_at"),
  },
  {
    name: "event_sinks",
    label: "event sinks",
    from: "event_sinks s JOIN tenants t ON t.id = s.tenant_id",
    where: liveTenant,
    key: ["s.no"],
    columns: {
      ...same("s", "tenant_id", "id", "name", "description", "type", "settings", "sealed_secrets"),
      ...same("s", "saved_by_operator", "version", "created_at", "updated_at", "deleted_at"),
      ...same("s", "paused_at", "health"),
      tenant_no: "t.no",
      slack_integration_id: "s.settings ->> 'slack_integration_id'",
    },
    escaped: ["name", "description"],
  },
  {
    name: "slack_integrations",
    label: "Slack integrations",
    from: "slack_integrations i",
    key: ["i.id"],
    columns: same(
      "i",
      ...["tenant_id", "id", "name", "team_id", "team_name", "bot_user_id", "bot_name", "scopes"],
      ...["revoked_reason", "sealed_secrets", "token_expires_at", "created_at", "updated_at"],
    ),
  },
  {
    name: "slack_installs",
    label: "Slack installs under way",
    from: "slack_installs i",
    key: ["i.state_hash"],
    columns: same("i", "tenant_id", "state_hash", "name", "sealed_secrets", "expires_at"),
  },
  {
    name: "audit_log",
    label: "audit log",
    from: "audit_log l",
    key: ["l.no"],
    columns: same(
      "l",
      ...["tenant_id", "no", "id", "at", "role", "api_key_id", "via", "action", "resource_id"],
      ...["name", "fields", "address", "forwarded_for", "request_id"],
    ),
    escaped: ["resource_id", "name", "forwarded_for"],
  },
];

/** Alerts and what became of them. `CROSS JOIN` keeps SQLite to the order in which it is written. */
const history: readonly MovedTable[] = [
  {
    name: "alerts",
    label: "alerts",
    from: "alerts a CROSS JOIN tenants t ON t.no = a.tenant_no",
    where: liveTenant,
    key: ["a.no"],
    columns: {
      tenant_id: "t.id",
      ...same("a", "tenant_no", "uid", "id", "name", "action", "dedup_key", "has_explicit_key"),
      ...same("a", "severity_id", "tags", "staging", "received_at", "template", "body"),
      ...same("a", "detection_rule_id"),
    },
    escaped: ["id", "name", "dedup_key", "template", "body", "detection_rule_id"],
  },
  {
    name: "alert_ids",
    label: "ids of alerts",
    from: `alert_ids i CROSS JOIN alerts a ON a.no = i.alert_no
      CROSS JOIN tenants t ON t.no = i.tenant_no`,
    where: liveTenant,
    key: ["i.tenant_no", "i.id", "i.action"],
    columns: { tenant_id: "t.id", ...same("i", "tenant_no", "id", "action"), alert_uid: "a.uid" },
    escaped: ["id"],
  },
  {
    name: "deliveries",
    label: "deliveries",
    from: `deliveries d CROSS JOIN tenants t ON t.no = d.tenant_no
      CROSS JOIN event_sinks s ON s.no = d.event_sink_no CROSS JOIN alerts a ON a.no = d.alert_no`,
    where: liveTenant,
    key: ["d.no"],
    columns: {
      tenant_id: "t.id",
      event_sink_id: "s.id",
      alert_uid: "a.uid",
      seq: "d.no",
      ...same("d", "id", "tenant_no", "dedup_key", "action", "state", "reason", "attempt_count"),
      ...same("d", "created_at", "updated_at", "replayed_at"),
      failed_at: "CASE d.state WHEN 'failed' THEN d.updated_at END",
      replay_of: "(SELECT r.id FROM deliveries r WHERE r.no = d.replay_of_no)",
    },
    escaped: ["dedup_key"],
  },
  {
    name: "attempts",
    label: "attempts",
    from: `attempts p CROSS JOIN deliveries d ON d.no = p.delivery_no
      CROSS JOIN tenants t ON t.no = d.tenant_no`,
    where: liveTenant,
    key: ["p.no"],
    columns: {
      tenant_id: "t.id",
      delivery_id: "d.id",
      ...same("p", "number", "started_at", "duration_ms", "outcome", "reason", "detail"),
      ...same("p", "ambiguous", "is_degraded", "next_try_at", "exchanges", "is_replay"),
    },
    escaped: ["detail"],
  },
  {
    name: "queue",
    label: "pending deliveries",
    from: `deliveries d CROSS JOIN tenants t ON t.no = d.tenant_no
      CROSS JOIN event_sinks s ON s.no = d.event_sink_no CROSS JOIN alerts a ON a.no = d.alert_no`,
    where: `${liveTenant} AND d.state = 'pending'`,
    key: ["d.no"],
    columns: {
      tenant_id: "t.id",
      event_sink_id: "s.id",
      seq: "d.no",
      delivery_id: "d.id",
      alert_uid: "a.uid",
      ...same("d", "dedup_key", "action", "is_urgent", "due_at", "attempt_count", "failure_count"),
      ...same("d", "is_ambiguous", "created_at", "updated_at", "replayed_at"),
      is_rate_limited: "d.reason IS 'rate_limited'",
    },
    escaped: ["dedup_key"],
  },
  {
    name: "sink_memory",
    label: "memories of sinks",
    from: `sink_memory m CROSS JOIN event_sinks s ON s.no = m.event_sink_no
      CROSS JOIN tenants t ON t.id = s.tenant_id`,
    where: liveTenant,
    key: ["m.event_sink_no", "m.dedup_key"],
    columns: {
      tenant_id: "s.tenant_id",
      event_sink_id: "s.id",
      ...same("m", "dedup_key", "memory", "updated_at"),
    },
    escaped: ["dedup_key"],
  },
  {
    name: "statistics",
    label: "counts over time",
    from: `statistics c CROSS JOIN tenants t ON t.no = c.tenant_no
      LEFT JOIN event_sinks s ON s.no = c.event_sink_no`,
    where: liveTenant,
    key: ["c.tenant_no", "c.event_sink_no", "c.span_ms", "c.measure", "c.at"],
    columns: {
      tenant_id: "t.id",
      event_sink_id: "coalesce(s.id, '00000000-0000-0000-0000-000000000000')",
      shard: "0",
      ...same("c", "span_ms", "measure", "at", "count", "last_at"),
    },
  },
  {
    name: "replays",
    label: "replays",
    from: "replays r CROSS JOIN tenants t ON t.no = r.tenant_no",
    where: liveTenant,
    key: ["r.no"],
    columns: {
      tenant_id: "t.id",
      ...same("r", "no", "id", "tenant_no", "filter", "to_event_sink_id", "includes_overtaken"),
      ...same("r", "state", "matched_count", "replayed_count", "overtaken_count"),
      ...same("r", "already_there_count", "sink_deleted_count", "created_at", "finished_at"),
      position_id: `CASE r.state WHEN 'running' THEN ${positionOf} ELSE ${nothingDone} END`,
      end_id: `CASE r.state WHEN 'running' THEN ${endOf} ELSE ${nothingDone} END`,
    },
  },
  {
    name: "delivery_counts",
    label: "counts",
    from: "delivery_counts c",
    key: ["c.state"],
    columns: {
      shard: "0",
      state: "c.state",
      count: `CASE c.state WHEN 'pending' THEN (SELECT count(*) FROM deliveries d
        JOIN tenants t ON t.no = d.tenant_no WHERE d.state = 'pending' AND ${liveTenant})
        ELSE c.count END`,
    },
  },
];

/** In the order in which they are filled. */
export const movedTables: readonly MovedTable[] = [...accounts, ...history];

/** What numbers themselves in PostgreSQL, and has to go on after what was brought. */
export const numberedColumns = [
  { sequence: "pg_get_serial_sequence('tenants', 'seq')", table: "tenants", column: "seq" },
  { sequence: "pg_get_serial_sequence('audit_log', 'no')", table: "audit_log", column: "no" },
  { sequence: "pg_get_serial_sequence('replays', 'no')", table: "replays", column: "no" },
  { sequence: "'delivery_seq'", table: "deliveries", column: "seq" },
] as const;
