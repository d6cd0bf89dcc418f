import pg from "pg";
import { isNotPrepared, isUnanswered } from "./postgres-fault.ts";

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
  /** Whether statements of transactions are prepared; a pooler may make the first of them fail. */
  readonly prepares?: boolean;
  /** For steps that rightly take long, as migrations do: waits for locks and answers without end. */
  readonly isPatient?: boolean;
}

/** A statement that takes longer is cut off: nothing here should. */
const statementMs = 30_000;
/** Whoever waits for the database longer than it gives a statement has lost it. */
const answerMs = statementMs + 5_000;
/**
 * A transaction whose node sends nothing for so long is undone by the database, so that what it has
 * locked is free: shorter than a lease, and than most clients wait for an answer.
 */
const standstillMs = 3_000;
/** Longer than a standstill, so that who waits for a node that froze goes on when it is over. */
export const lockMs = 5_000;
const patientStandstillMs = 60_000;
const connectTimeoutMs = 5_000;
/** A start that fails is begun anew by somebody, but a busy database is no reason for it. */
const patientConnectMs = 30_000;
/** A connection that is silent for so long is asked whether anybody is there. */
export const keepAliveMs = 10_000;
const preparedMax = 500;

/** Times and counts are below 2^53. */
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/**
 * Every transaction begins so, in one round trip. There are few shapes of statements, all made for their indexes: the
 * planner must not think otherwise while a new partition has no statistics yet, or the queue has
 * just grown from nothing to a million. (`LOCAL`: until the transaction ends.)
 */
const begin = `BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off;
  SET LOCAL enable_mergejoin = off; SET LOCAL jit = off; SET LOCAL plan_cache_mode = force_generic_plan`;

const limits = `; SET LOCAL idle_in_transaction_session_timeout = ${standstillMs};
  SET LOCAL lock_timeout = ${lockMs}; SET LOCAL statement_timeout = ${statementMs}`;

const patientLimits = `; SET LOCAL idle_in_transaction_session_timeout = ${patientStandstillMs};
  SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0`;

/**
 * Standing still. Transactions lock rows that other nodes may need: ids of alerts that a client sends
 * again elsewhere, lanes that somebody asks for. A node that is frozen, or whose machine is gone while
 * its connection seems to be there, would keep them from the others for as long as that lasts. So the
 * database undoes a transaction that stands still, and nobody waits longer for a lock than he would
 * for a node that stands still: then a batch is refused, which its senders hear as 503, and tried again by
 * them. What is not bounded so: the database that waits for a frozen node to take an answer that is
 * larger than what sockets hold. Its own `tcp_user_timeout` is for that.
 *
 * Nothing here depends on a session, so that it works behind PgBouncer in transaction mode: locks are
 * rows or end with their transaction. Statements of transactions are prepared once for each
 * connection, as to plan one over many partitions takes longer than to run it; where a pooler
 * cannot do that, the first that fails for it says so, and they are planned each time.
 */
export function openDatabase(options: DatabaseOptions): Database {
  const { url, connectionsMax, prepares = true, isPatient = false } = options;
  const pool = new pg.Pool({
    connectionString: url,
    max: connectionsMax,
    connectionTimeoutMillis: isPatient ? patientConnectMs : connectTimeoutMs,
    ...(isPatient ? {} : { query_timeout: answerMs }),
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveMs,
    application_name: "event-sinks",
  });
  // A connection that breaks while idle is replaced by the next use.
  pool.on("error", () => {});
  // One that breaks in somebody's hands makes the statement fail that is sent next.
  pool.on("connect", (client) => client.on("error", () => {}));
  let statementCount = 0;
  const names = createNames();
  if (!prepares) names.stop();

  const queriesOn = (client: Pick<pg.Pool, "query">, isPrepared: boolean): Queries => {
    const send = (sql: string, values: readonly SqlValue[]) => {
      statementCount += 1;
      const name = isPrepared && values.length > 0 ? names.of(sql) : undefined;
      // Without values several statements may be sent at once, as migrations are.
      return client.query({ text: sql, values: values as unknown[], ...(name && { name }) });
    };
    return {
      all: async <Row>(sql: string, ...values: readonly SqlValue[]) =>
        (await send(sql, values)).rows as Row[],
      get: async <Row>(sql: string, ...values: readonly SqlValue[]) =>
        (await send(sql, values)).rows[0] as Row | undefined,
      run: async (sql, ...values) => (await send(sql, values)).rowCount ?? 0,
    };
  };
  const onPool = queriesOn(pool, false);
  const beginning = begin + (isPatient ? patientLimits : limits);

  return {
    ...onPool,
    get statementCount() {
      return statementCount;
    },
    transaction: (run) =>
      inTransaction(pool, beginning, (client) => queriesOn(client, true), run).catch(
        (error: unknown) => {
          if (isNotPrepared(error)) names.stop();
          throw error;
        },
      ),
    close: () => pool.end(),
  };
}

/** Names for prepared statements, as many as are worth it. */
function createNames() {
  const names = new Map<string, string>();
  let isStopped = false;
  return {
    of(sql: string): string | undefined {
      if (isStopped) return undefined;
      const known = names.get(sql);
      if (known !== undefined || names.size >= preparedMax) return known;
      const name = `event_sinks_${names.size + 1}`;
      names.set(sql, name);
      return name;
    },
    stop() {
      isStopped = true;
    },
  };
}

async function inTransaction<T>(
  pool: pg.Pool,
  beginning: string,
  queriesOn: (client: pg.PoolClient) => Queries,
  run: (queries: Queries) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let failure: Error | undefined;
  const queries = queriesOn(client);
  try {
    await queries.run(beginning);
    const result = await run(queries);
    await queries.run("COMMIT");
    return result;
  } catch (error) {
    if (isUnanswered(error)) failure = error;
    else {
      await queries.run("ROLLBACK").catch((rollbackError: Error) => {
        failure = rollbackError;
      });
    }
    throw error;
  } finally {
    // One that does not answer, or could not even roll back, is not used again.
    client.release(failure);
  }
}
