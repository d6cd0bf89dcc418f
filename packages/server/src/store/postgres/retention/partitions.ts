import type { Queries } from "../database.ts";
import { lockMigrations } from "../migrated-postgres.ts";

export const partitionedTables = ["alerts", "deliveries", "attempts"] as const;

/** Settling updates a delivery soon after it was stored: room on its page spares the indexes. */
const storage = { alerts: "", deliveries: "WITH (fillfactor = 80)", attempts: "" };

const weekMs = 7 * 24 * 3_600_000;
/** The epoch was a Thursday; weeks begin on Mondays. */
const mondayMs = 4 * 24 * 3_600_000;
/** Partitions made ahead: a node that cannot make any has a month to be noticed. */
const weeksAhead = 4;

/** The lowest UUIDv7 of an instant. */
export function firstIdAt(ms: number): string {
  const hex = Math.max(ms, 0).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** A partition's time; `name` ends the names of its tables. */
export interface Week {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** When the week of an instant began. */
export function weekStart(at: number): number {
  return Math.floor((at - mondayMs) / weekMs) * weekMs + mondayMs;
}

/** The weeks that must have a partition now: the current one, the one before, and those ahead. */
function weeksAround(now: number): Week[] {
  return Array.from({ length: weeksAhead + 2 }, (_, index) => {
    const from = weekStart(now) + (index - 1) * weekMs;
    const day = new Date(from).toISOString().slice(0, 10).replaceAll("-", "");
    return { name: `p${day}`, from, to: from + weekMs };
  });
}

/** The week that has this name; undefined when none does. */
export function weekOfName(name: string): Week | undefined {
  const [, year, month, day] = /^p(\d{4})(\d{2})(\d{2})$/.exec(name) ?? [];
  const from = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  return Number.isNaN(from) ? undefined : { name, from, to: from + weekMs };
}

/**
 * Makes the partitions of the weeks around `now` that are not there. Several nodes may do so at
 * once. Must be run in a transaction. @returns how many were made.
 */
export async function makePartitions(db: Queries, now: number): Promise<number> {
  const weeks = weeksAround(now);
  const wanted = weeks.flatMap((week) =>
    partitionedTables.map((table) => ({ ...week, table, name: `${table}_${week.name}` })),
  );
  const missing = await findMissing(
    db,
    wanted.map(({ name }) => name),
  );
  if (missing.size === 0) return 0;
  await lockMigrations(db);
  for (const { table, name, from, to } of wanted) {
    if (!missing.has(name)) continue;
    await db.run("SAVEPOINT partition");
    try {
      await db.run(
        `CREATE TABLE IF NOT EXISTS ${name} PARTITION OF ${table}
       FOR VALUES FROM ('${firstIdAt(from)}') TO ('${firstIdAt(to)}') ${storage[table]}`,
      );
    } catch (error) {
      // A clock was wrong once, and rows of that week are in the default partition: they stay there.
      if (!isOverlap(error)) throw error;
      await db.run("ROLLBACK TO partition");
    }
  }
  return missing.size;
}

async function findMissing(db: Queries, names: readonly string[]): Promise<Set<string>> {
  const rows = await db.all<{ name: string }>(
    "SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NULL",
    names,
  );
  return new Set(rows.map(({ name }) => name));
}

function isOverlap(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "23514";
}
