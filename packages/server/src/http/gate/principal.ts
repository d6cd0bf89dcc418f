import type { RateLimits } from "../../domain/limits.ts";
import type { Scope } from "../../domain/scope.ts";
import type { ApiKeyId, TenantId } from "../../ids.ts";

/** Who makes a call. */
export type Principal = {
  readonly scopes: readonly Scope[];
  /** When its key ends by itself; null: never. */
  readonly expiresAt: number | null;
  /** Of its key. */
  readonly limits: RateLimits;
} & (
  | {
      readonly kind: "operator";
      /** Null for the key of the settings. */
      readonly apiKeyId: ApiKeyId | null;
    }
  | { readonly kind: "tenant"; readonly tenantId: TenantId; readonly apiKeyId: ApiKeyId }
);
