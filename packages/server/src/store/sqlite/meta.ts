import type { Input, Output } from "../protocol.ts";
import type { Database } from "./database.ts";
import type { WriterState } from "./writer-state.ts";

export function keepMeta(
  state: WriterState,
  { name, value }: Input<"keepMeta">,
): Output<"keepMeta"> {
  state.db.run("INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING", name, value);
  return getMeta(state.db, { name }) ?? value;
}

export function getMeta(db: Database, { name }: Input<"getMeta">): Output<"getMeta"> {
  const kept = db.get<{ value: string }>("SELECT value FROM meta WHERE name = ?", name);
  return kept?.value ?? null;
}
