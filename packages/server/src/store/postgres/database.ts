import pg from "pg";

/** Values as they go over the wire; the driver writes arrays as PostgreSQL does. */
export type SqlValue = string | number | boolean | null | readonly SqlValue[];

/** What statements run on: the pool, or one connection in a transaction. */
export interface Queries {
  /** `Row` is what the caller knows of the columns; nothing checks it. */
  all<Row>(sql: string, ...values: readonly SqlValue[]): Promise<Row[]>;
  /** The first row. */
  get<Row>(sql: string, ...values: readonly SqlValue[]): Promise<Row | undefined>;
  /** @returns how many rows changed. */
  run(sql: string, ...values: readonly SqlValue[]): Promise<number>;
}

/** A pool of connections. Every statement outside `transaction` is a transaction of its own. */
export interface Database extends Queries {
  /** Statements sent since it was opened, and how often one was waited for. */
  readonly statementCount: number;
  transaction<T>(run: (queries: Queries) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly connectionsMax: number;
}

/** A statement that takes longer is cut off: nothing here should. */
const statementTimeoutMs = 30_000;
const connectTimeoutMs = 5_000;

/** Times and counts are below 2^53. */
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/**
 * Nothing here depends on a session, so that it works behind PgBouncer in transaction mode:
 * statements are unnamed, nothing is SET, locks are rows or end with their transaction.
 */
export function openDatabase({ url, connectionsMax }: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: connectionsMax,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: statementTimeoutMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    application_name: "event-sinks",
  });
  // A connection that breaks while idle is replaced by the next use.
  pool.on("error", () => {});
  // One that breaks in somebody's hands makes the statement fail that is sent next.
  pool.on("connect", (client) => client.on("error", () => {}));
  let statementCount = 0;

  const queriesOn = (client: Pick<pg.Pool, "query">): Queries => {
    const send = (sql: string, values: readonly SqlValue[]) => {
      statementCount += 1;
      return client.query(sql, values as unknown[]);
    };
    return {
      all: async <Row>(sql: string, ...values: readonly SqlValue[]) =>
        (await send(sql, values)).rows as Row[],
      get: async <Row>(sql: string, ...values: readonly SqlValue[]) =>
        (await send(sql, values)).rows[0] as Row | undefined,
      run: async (sql, ...values) => (await send(sql, values)).rowCount ?? 0,
    };
  };
  const onPool = queriesOn(pool);

  return {
    ...onPool,
    get statementCount() {
      return statementCount;
    },
    transaction: (run) => inTransaction(pool, queriesOn, run),
    close: () => pool.end(),
  };
}

async function inTransaction<T>(
  pool: pg.Pool,
  queriesOn: (client: pg.PoolClient) => Queries,
  run: (queries: Queries) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let failure: Error | undefined;
  const queries = queriesOn(client);
  try {
    await queries.run("BEGIN");
    const result = await run(queries);
    await queries.run("COMMIT");
    return result;
  } catch (error) {
    await queries.run("ROLLBACK").catch((rollbackError: Error) => {
      failure = rollbackError;
    });
    throw error;
  } finally {
    // One that could not even roll back is not used again.
    client.release(failure);
  }
}
