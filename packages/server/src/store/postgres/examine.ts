import { systemClock } from "../../clock.ts";
import { readMigrations } from "../migrate.ts";
import { canaryName, nextCanaryName } from "../seal-operations.ts";
import { openDatabase, type Queries } from "./database.ts";
import { explainPostgres, placeOf } from "./store.ts";

/** What a database says of itself. */
export interface PostgresExamination {
  /** Where it is, without user and password. */
  readonly place: string;
  readonly version: string;
  /** E.g. 18. */
  readonly majorVersion: number;
  /** Of the schema, and the newest that this version knows. */
  readonly schema: number;
  readonly knownSchema: number;
  readonly isOfAnotherProgram: boolean;
  /** Sealed with the key that it was made with, and with the one that is to follow; none before the first start was over. */
  readonly canaries: readonly string[];
  readonly isReadOnly: boolean;
  readonly canCreateTables: boolean;
  /** Settings that decide whether a commit outlives a power failure. */
  readonly fsync: boolean;
  readonly synchronousCommit: string;
  readonly waitsForStandby: boolean;
  /** Connections that ordinary users may still open. */
  readonly connectionsFree: number;
  readonly nodesAlive: number;
  /** Of the database's clock before this machine's, the way there included. */
  readonly clockAheadMs: number;
}

interface ServerRow {
  readonly version: string;
  readonly version_number: number;
  readonly is_read_only: boolean;
  readonly has_tables: boolean;
  readonly has_migrations: boolean;
  readonly can_create: boolean;
  readonly fsync: string;
  readonly synchronous_commit: string;
  readonly standby_names: string;
  readonly connections_free: number;
}

const serverSql = `SELECT current_setting('server_version') AS version,
    current_setting('server_version_num')::int AS version_number,
    pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS is_read_only,
    EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p')) AS has_tables,
    to_regclass('migrations') IS NOT NULL AS has_migrations,
    coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS can_create,
    current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous_commit,
    current_setting('synchronous_standby_names') AS standby_names,
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
      - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections_free`;

/**
 * Asks a database about itself without changing it, also while nodes run on it.
 * @throws Error with a sentence for the operator when it cannot be asked.
 */
export async function examinePostgres(url: string): Promise<PostgresExamination> {
  const db = openDatabase({ url, connectionsMax: 1 });
  try {
    const server = await db.get<ServerRow>(serverSql);
    if (server === undefined) throw new Error("The database answers nothing.");
    return {
      place: placeOf(url),
      version: server.version,
      majorVersion: Math.floor(server.version_number / 10_000),
      knownSchema: readMigrations(new URL("./migrations/", import.meta.url)).length,
      isOfAnotherProgram: server.has_tables && !server.has_migrations,
      isReadOnly: server.is_read_only,
      canCreateTables: server.can_create,
      fsync: server.fsync === "on",
      synchronousCommit: server.synchronous_commit,
      waitsForStandby: server.standby_names !== "",
      connectionsFree: server.connections_free,
      clockAheadMs: await clockAhead(db),
      ...(server.has_migrations ? await readOurs(db) : nothingOfOurs),
    };
  } catch (error) {
    throw explainPostgres(url, error);
  } finally {
    await db.close();
  }
}

const nothingOfOurs = { schema: 0, canaries: [], nodesAlive: 0 };

/** What it holds of ours; `meta` and `nodes` are as old as the first schema. */
async function readOurs(db: Queries) {
  const { count = 0 } =
    (await db.get<{ count: number }>("SELECT count(*) AS count FROM migrations")) ?? {};
  if (count === 0) return nothingOfOurs;
  const canaries = await db.all<{ value: string }>(
    "SELECT value FROM meta WHERE name IN ($1, $2) ORDER BY name",
    canaryName,
    nextCanaryName,
  );
  const alive = await db.get<{ count: number }>(
    "SELECT count(*) AS count FROM nodes WHERE leased_until > clock_timestamp()",
  );
  return {
    schema: count,
    canaries: canaries.map(({ value }) => value),
    nodesAlive: alive?.count ?? 0,
  };
}

async function clockAhead(db: Queries): Promise<number> {
  const row = await db.get<{ now: number }>(
    "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now",
  );
  return (row?.now ?? 0) - systemClock.now();
}
