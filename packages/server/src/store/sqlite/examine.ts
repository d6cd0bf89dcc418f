import { DatabaseSync } from "node:sqlite";
import { readMigrations } from "../migrate.ts";
import { canaryName, nextCanaryName } from "../seal-operations.ts";
import { readSqliteFault } from "./sqlite-fault.ts";

export type Examination =
  | {
      readonly ok: true;
      /** Of the schema, and the newest that this version knows. */
      readonly schema: number;
      readonly knownSchema: number;
      /** Sealed with the key that it was made with, and with the one that is to follow; none before the first start was over. */
      readonly canaries: readonly string[];
    }
  /** Half a sentence. */
  | { readonly ok: false; readonly problem: string };

/** Reads a database through without changing it, also while a service runs on it. */
export function examineSqlite(path: string): Examination {
  let db: DatabaseSync | null = null;
  try {
    db = new DatabaseSync(path, { readOnly: true, timeout: 2_000 });
    const said = String(db.prepare("PRAGMA quick_check(1)").get()?.["quick_check"]);
    if (said !== "ok") return { ok: false, problem: `the database file is damaged (${said})` };
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    const has = (table: string) => tables.some(({ name }) => name === table);
    if (tables.length > 0 && !has("migrations")) {
      return { ok: false, problem: "it is a database of another program" };
    }
    const applied = has("migrations")
      ? db.prepare("SELECT count(*) AS count FROM migrations").get()
      : undefined;
    const canaries = has("meta")
      ? db
          .prepare("SELECT value FROM meta WHERE name IN (?, ?) ORDER BY name")
          .all(canaryName, nextCanaryName)
      : [];
    return {
      ok: true,
      schema: Number(applied?.["count"] ?? 0),
      knownSchema: readMigrations(new URL("./migrations/", import.meta.url)).length,
      canaries: canaries.map(({ value }) => String(value)),
    };
  } catch (error) {
    const fault = readSqliteFault(error);
    if (fault === undefined) throw error;
    return { ok: false, problem: fault };
  } finally {
    db?.close();
  }
}
