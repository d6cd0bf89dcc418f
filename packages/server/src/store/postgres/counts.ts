import type { DeliveryState } from "../../domain/delivery.ts";
import type { Output } from "../protocol.ts";
import type { Queries } from "./database.ts";

/** Rows that counts are spread over: two nodes that share one only wait a moment for each other. */
const shardsMax = 64;

/** The row that a node counts in. */
export function shardOf(nodeId: string): number {
  return Number.parseInt(nodeId.slice(-6), 16) % shardsMax;
}

/** Notes that so many more (or, below 0, fewer) deliveries are in each state. */
export async function writeCounts(
  db: Queries,
  shard: number,
  changes: ReadonlyMap<DeliveryState, number>,
): Promise<void> {
  const changed = [...changes].filter(([, change]) => change !== 0).sort();
  if (changed.length === 0) return;
  await db.run(
    `INSERT INTO delivery_counts AS c (shard, state, count)
     SELECT $1::int, state, count FROM unnest($2::text[], $3::bigint[]) AS n(state, count)
     ON CONFLICT (shard, state) DO UPDATE SET count = c.count + excluded.count`,
    shard,
    changed.map(([state]) => state),
    changed.map(([, change]) => change),
  );
}

export async function countDeliveries(db: Queries): Promise<Output<"countDeliveries">> {
  const counts = { pending: 0, delivered: 0, failed: 0, superseded: 0, canceled: 0 };
  const rows = await db.all<{ state: keyof typeof counts; count: number }>(
    "SELECT state, sum(count)::bigint AS count FROM delivery_counts GROUP BY state",
  );
  for (const { state, count } of rows) counts[state] = count;
  return counts;
}
