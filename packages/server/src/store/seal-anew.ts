/**
 * Seals everything in a store anew with the sealer's own key.
 *
 * It goes in bounded steps, each durable by itself, and remembers nothing: what is done is known by
 * its key id. So it may be killed at any time and begun again, and run beside nodes that work, as
 * long as they know both keys.
 */

import type { AuditEntry } from "../domain/audit.ts";
import { canaryText, SealError, type Sealer, sealedPrefix } from "../sealer.ts";
import { type SealedRecord, sealedKinds } from "./seal-operations.ts";
import type { Store } from "./store.ts";

export interface SealAnewOptions {
  readonly store: Store;
  /** Knows the former key as its second. */
  readonly sealer: Sealer;
  readonly audit: AuditEntry;
  /** Records in one step. */
  readonly stepCount?: number;
  /** Told after each step. */
  readonly onStep?: (sealedCount: number) => void;
}

export interface SealedAnew {
  readonly sealedCount: number;
  /** Neither key opens them: which, and why. */
  readonly refused: readonly { readonly record: SealedRecord; readonly message: string }[];
  /** Nothing is left under another key, and from now on a start needs this one only. */
  readonly isFinished: boolean;
}

export async function sealAnew(options: SealAnewOptions): Promise<SealedAnew> {
  const { store, sealer, audit, stepCount = 200, onStep } = options;
  const prefix = sealedPrefix(sealer);
  const refused: { record: SealedRecord; message: string }[] = [];
  let sealedCount = 0;
  for (const kind of sealedKinds) {
    let after: string | null = null;
    for (;;) {
      const found: readonly SealedRecord[] = await store.listSealed({
        kind,
        prefix,
        after,
        limit: stepCount,
      });
      const last = found.at(-1);
      if (last === undefined) break;
      const records = found.flatMap((record) => {
        const sealedAnew = sealOneAnew(record, sealer);
        if (typeof sealedAnew === "string") return [{ ...record, sealedAnew }];
        refused.push({ record, message: sealedAnew.message });
        return [];
      });
      sealedCount += await store.replaceSealed({ records });
      onStep?.(sealedCount);
      after = last.id;
    }
  }
  const finish = await store.finishKeyRotation({ prefix, canary: canaryText(sealer), audit });
  return { sealedCount, refused, isFinished: finish === "rotated" };
}

function sealOneAnew(record: SealedRecord, sealer: Sealer): string | SealError {
  try {
    return sealer.seal(sealer.unseal(record.sealedSecrets, record), record);
  } catch (error) {
    if (error instanceof SealError) return error;
    throw error;
  }
}
