import pg from "pg";
import type { Queries, SqlValue } from "../../src/store/postgres/database.ts";
import type { Asked } from "./watched-node.ts";

/** How PostgreSQL has run a statement, as far as it is judged here. */
export interface Plan {
  readonly sql: string;
  /** Tables, whatever their size, that were read from end to end. */
  readonly scanned: readonly string[];
  /** Rows looked at in tables, those that were thrown away included. */
  readonly rowsRead: number;
  readonly text: string;
}

interface PlanNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly "Rows Removed by Index Recheck"?: number;
  readonly Plans?: readonly PlanNode[];
}

let explainedCount = 0;

/**
 * Runs a statement once ahead of the store, and answers how it went; null for what has no plan. In a
 * transaction it is prepared and planned for all values, as the store's are there, and undone.
 */
export async function explain({ sql, values, on, isInTransaction }: Asked): Promise<Plan | null> {
  if (!/^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b/.test(sql)) return null;
  const explainSql = "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON)";
  if (!isInTransaction || values.length === 0) {
    return inSavepoint(on, isInTransaction, () => on.all(`${explainSql} ${sql}`, ...values)).then(
      (rows) => judge(sql, rows),
    );
  }
  explainedCount += 1;
  const name = `explained_${explainedCount}`;
  await on.run(`PREPARE ${name} AS ${sql}`);
  const literals = values.map(toLiteral).join(", ");
  const rows = await inSavepoint(on, true, () =>
    on.all(`${explainSql} EXECUTE ${name}(${literals})`),
  );
  await on.run(`DEALLOCATE ${name}`);
  return judge(sql, rows);
}

async function inSavepoint<T>(on: Queries, isUndone: boolean, run: () => Promise<T>): Promise<T> {
  if (!isUndone) return run();
  await on.run("SAVEPOINT explained");
  const result = await run();
  await on.run("ROLLBACK TO explained; RELEASE explained");
  return result;
}

function toLiteral(value: SqlValue): string {
  if (value === null) return "NULL";
  return pg.escapeLiteral(Array.isArray(value) ? toArrayText(value) : String(value));
}

const toArrayText = (values: readonly SqlValue[]): string =>
  `{${values.map((value) => (value === null ? "NULL" : JSON.stringify(String(value)))).join(",")}}`;

function judge(sql: string, rows: readonly unknown[]): Plan {
  const [row] = rows as { "QUERY PLAN": [{ Plan: PlanNode }] }[];
  const root = row?.["QUERY PLAN"][0].Plan;
  if (root === undefined) throw new Error(`There is no plan of ${sql}`);
  const reads = [...nodesOf(root)].filter((node) => node["Relation Name"] !== undefined);
  return {
    sql,
    scanned: reads.flatMap((node) =>
      node["Node Type"] === "Seq Scan" ? [node["Relation Name"] ?? ""] : [],
    ),
    rowsRead: reads.reduce((sum, node) => sum + rowsOf(node), 0),
    text: JSON.stringify(root, null, 1),
  };
}

function rowsOf(node: PlanNode): number {
  const each =
    node["Actual Rows"] +
    (node["Rows Removed by Filter"] ?? 0) +
    (node["Rows Removed by Index Recheck"] ?? 0);
  return Math.round(each * node["Actual Loops"]);
}

function* nodesOf(node: PlanNode): Generator<PlanNode> {
  yield node;
  for (const child of node.Plans ?? []) yield* nodesOf(child);
}
