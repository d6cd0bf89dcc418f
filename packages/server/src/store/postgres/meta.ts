import type { Input, Output } from "../protocol.ts";
import type { Queries } from "./database.ts";
import type { NodeState } from "./node-state.ts";

export async function keepMeta(
  { db }: NodeState,
  { name, value }: Input<"keepMeta">,
): Promise<Output<"keepMeta">> {
  await db.run(
    "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING",
    name,
    value,
  );
  return (await getMeta(db, { name })) ?? value;
}

export async function getMeta(db: Queries, { name }: Input<"getMeta">): Promise<Output<"getMeta">> {
  const kept = await db.get<{ value: string }>("SELECT value FROM meta WHERE name = $1", name);
  return kept?.value ?? null;
}
