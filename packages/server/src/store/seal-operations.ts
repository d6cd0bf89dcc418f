/**
 * The part of the store contract that has to do with the encryption key: single values, by which a
 * start knows its key, and all that is sealed, so that it can be sealed anew with another key
 * (`seal-anew.ts`). The store itself opens nothing.
 */

import type { TenantId } from "../ids.ts";
import type { Audited } from "./audit.ts";

/** What has sealed secrets. */
export const sealedKinds = ["event_sink", "slack_integration", "slack_install"] as const;

export type SealedKind = (typeof sealedKinds)[number];

export interface SealedRecord {
  readonly kind: SealedKind;
  /** Null: the operator's. */
  readonly tenantId: TenantId | null;
  /** Of an install the hash of its state. */
  readonly id: string;
  readonly sealedSecrets: string;
}

/** Where the canary of the key is kept, and that of the one which is to follow it. */
export const canaryName = "encryption_canary";
export const nextCanaryName = "encryption_canary_next";

export interface SealOperations {
  /** Keeps the first value written under a name and answers the one that is kept. */
  keepMeta(input: { name: string; value: string }): string;
  getMeta(input: { name: string }): string | null;
  /** Records whose sealed text does not start with `prefix`, by id, from after `after` on. */
  listSealed(input: {
    kind: SealedKind;
    prefix: string;
    after: string | null;
    limit: number;
  }): readonly SealedRecord[];
  /**
   * Puts other sealed texts in the place of those that are still as they were read; no change by the
   * owners. Answers how many.
   */
  replaceSealed(input: {
    records: readonly (SealedRecord & { readonly sealedAnew: string })[];
  }): number;
  /** Makes this the only canary, if no record is left whose text does not start with `prefix`. */
  finishKeyRotation(input: Audited<{ prefix: string; canary: string }>): "rotated" | "unfinished";
}
