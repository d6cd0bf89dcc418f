import type { Input, Output } from "../../protocol.ts";
import {
  canaryName,
  nextCanaryName,
  type SealedKind,
  type SealedRecord,
  sealedKinds,
} from "../../seal-operations.ts";
import type { Database } from "../database.ts";
import type { WriterState } from "../writer-state.ts";

const places: Readonly<Record<SealedKind, { readonly table: string; readonly id: string }>> = {
  event_sink: { table: "event_sinks", id: "id" },
  slack_integration: { table: "slack_integrations", id: "id" },
  slack_install: { table: "slack_installs", id: "state_hash" },
};

export function listSealed(
  db: Database,
  { kind, prefix, after, limit }: Input<"listSealed">,
): Output<"listSealed"> {
  const { table, id } = places[kind];
  return db
    .all<{ tenant_id: string; id: string; sealed_secrets: string }>(
      `SELECT tenant_id, ${id} AS id, sealed_secrets FROM ${table}
       WHERE ${id} > ?1 AND substr(sealed_secrets, 1, length(?2)) <> ?2 ORDER BY ${id} LIMIT ?3`,
      after ?? "",
      prefix,
      limit,
    )
    .map(
      (row): SealedRecord => ({
        kind,
        tenantId: row.tenant_id === "" ? null : row.tenant_id,
        id: row.id,
        sealedSecrets: row.sealed_secrets,
      }),
    );
}

export function replaceSealed(
  { db }: WriterState,
  { records }: Input<"replaceSealed">,
): Output<"replaceSealed"> {
  let replacedCount = 0;
  for (const { kind, id, sealedSecrets, sealedAnew } of records) {
    const place = places[kind];
    replacedCount += db.run(
      `UPDATE ${place.table} SET sealed_secrets = ? WHERE ${place.id} = ? AND sealed_secrets = ?`,
      sealedAnew,
      id,
      sealedSecrets,
    );
  }
  return replacedCount;
}

export function finishKeyRotation(
  { db }: WriterState,
  { prefix, canary }: Input<"finishKeyRotation">,
): Output<"finishKeyRotation"> {
  const isLeft = (kind: SealedKind) =>
    listSealed(db, { kind, prefix, after: null, limit: 1 }).length > 0;
  if (sealedKinds.some(isLeft)) return "unfinished";
  db.run(
    `INSERT INTO meta (name, value) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    canaryName,
    canary,
  );
  db.run("DELETE FROM meta WHERE name = ?", nextCanaryName);
  return "rotated";
}
