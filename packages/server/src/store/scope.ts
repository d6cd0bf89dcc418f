import type { EventSinkId, TenantId } from "../ids.ts";

/** `tenantId: null` means any tenant: an operator asks. */
export interface Scoped<Id> {
  readonly tenantId: TenantId | null;
  readonly id: Id;
}

/** A page of a list. `after` is the last id of the page before. */
export interface Page {
  readonly after: string | null;
  readonly limit: number;
}

export interface Listed<T> {
  readonly items: readonly T[];
  /** Where the next page starts, null when nothing follows. */
  readonly next: string | null;
}

/** A sink's queue. */
export interface Lane {
  readonly tenantId: TenantId;
  readonly eventSinkId: EventSinkId;
}

/** A delivery under a lease, with all its sink type needs. */
