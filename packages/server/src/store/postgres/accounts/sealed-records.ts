import type { Input, Output } from "../../protocol.ts";
import {
  canaryName,
  nextCanaryName,
  type SealedKind,
  type SealedRecord,
  sealedKinds,
} from "../../seal-operations.ts";
import type { Queries } from "../database.ts";
import type { NodeState } from "../node-state.ts";

interface Place {
  readonly table: string;
  readonly id: string;
  /** What comes before every id. */
  readonly start: string;
}

const places: Readonly<Record<SealedKind, Place>> = {
  event_sink: {
    table: "event_sinks",
    id: "id",
    start: "00000000-0000-0000-0000-000000000000",
  },
  slack_integration: { table: "slack_integrations", id: "id", start: "" },
  slack_install: { table: "slack_installs", id: "state_hash", start: "" },
};

export async function listSealed(
  db: Queries,
  { kind, prefix, after, limit }: Input<"listSealed">,
): Promise<Output<"listSealed">> {
  const { table, id, start } = places[kind];
  const rows = await db.all<{ tenant_id: string; id: string; sealed_secrets: string }>(
    `SELECT tenant_id, ${id} AS id, sealed_secrets FROM ${table}
     WHERE ${id} > $1 AND NOT starts_with(sealed_secrets, $2) ORDER BY ${id} LIMIT $3`,
    after ?? start,
    prefix,
    limit,
  );
  return rows.map(
    (row): SealedRecord => ({
      kind,
      tenantId: row.tenant_id === "" ? null : row.tenant_id,
      id: row.id,
      sealedSecrets: row.sealed_secrets,
    }),
  );
}

export async function replaceSealed(
  { db }: NodeState,
  { records }: Input<"replaceSealed">,
): Promise<Output<"replaceSealed">> {
  let replacedCount = 0;
  for (const kind of sealedKinds) {
    const { table, id } = places[kind];
    const ofKind = records.filter((record) => record.kind === kind);
    if (ofKind.length === 0) continue;
    replacedCount += await db.run(
      `UPDATE ${table} t SET sealed_secrets = w.sealed_anew
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
         AS w(tenant_id, id, sealed_secrets, sealed_anew)
       WHERE t.tenant_id = w.tenant_id AND t.${id}::text = w.id AND t.sealed_secrets = w.sealed_secrets`,
      ofKind.map(({ tenantId }) => tenantId ?? ""),
      ofKind.map((record) => record.id),
      ofKind.map(({ sealedSecrets }) => sealedSecrets),
      ofKind.map(({ sealedAnew }) => sealedAnew),
    );
  }
  return replacedCount;
}

export async function finishKeyRotation(
  { db }: NodeState,
  { prefix, canary }: Input<"finishKeyRotation">,
): Promise<Output<"finishKeyRotation">> {
  for (const kind of sealedKinds) {
    const left = await listSealed(db, { kind, prefix, after: null, limit: 1 });
    if (left.length > 0) return "unfinished";
  }
  await db.run(
    `INSERT INTO meta (name, value) VALUES ($1, $2)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    canaryName,
    canary,
  );
  await db.run("DELETE FROM meta WHERE name = $1", nextCanaryName);
  return "rotated";
}
