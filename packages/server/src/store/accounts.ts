/** Records of who may call, and for whom: a part of the contract in `store.ts`. */

import type { SinkTypeName } from "../domain/event-sink.ts";
import type { RateLimits, TenantLimits } from "../domain/limits.ts";
import type { Scope } from "../domain/scope.ts";
import type { ApiKeyId, EventSinkId, TenantId } from "../ids.ts";

export interface Tenant {
  readonly id: TenantId;
  /** Where alerts about broken sinks go; empty: to the tenant's other healthy sinks. */
  readonly operationalEventSinkIds: readonly EventSinkId[];
  /** Null: what the operator has set for all. */
  readonly retentionDays: number | null;
  readonly limits: TenantLimits;
  readonly createdAt: number;
}

/** Where an alert may go: what intake needs to know of a tenant. */
export interface TenantSinks {
  readonly eventSinks: readonly {
    readonly id: EventSinkId;
    readonly type: SinkTypeName;
    readonly name: string;
    /** Neither paused nor broken. */
    readonly isWorking: boolean;
  }[];
  readonly operationalEventSinkIds: readonly EventSinkId[];
  readonly limits: TenantLimits;
}

export interface ApiKey {
  readonly id: ApiKeyId;
  /** Null: it is an operator's and reaches all tenants. */
  readonly tenantId: TenantId | null;
  readonly name: string;
  /** The first characters, so that people can tell keys apart. */
  readonly prefix: string;
  /** SHA-256 of the whole key, hex. */
  readonly hash: string;
  readonly scopes: readonly Scope[];
  readonly limits: RateLimits;
  readonly expiresAt: number | null;
  /** To within seconds; null: not yet. */
  readonly lastUsedAt: number | null;
  readonly createdAt: number;
}

/** Somebody signed in with a key. */
export interface Session {
  /** SHA-256 of the session's token, hex. */
  readonly tokenHash: string;
  /** Of the key that it was made with, and with which it ends. */
  readonly keyHash: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** What went with a tenant. */
export interface DeletedTenant {
  readonly eventSinkCount: number;
  readonly slackIntegrationCount: number;
  readonly apiKeyHashes: readonly string[];
}
