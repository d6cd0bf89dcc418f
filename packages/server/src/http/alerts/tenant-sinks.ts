import type { Clock } from "../../clock.ts";
import type { Store, TenantSinks } from "../../store/store.ts";
import { createLookupCache, type LookupCache } from "../gate/lookup-cache.ts";

/** For this long an alert that names no sinks may miss one that another node has just saved. */
const ageMsMax = 2_000;

const tenantsMax = 10_000;

/**
 * Where the alerts of a tenant may go, kept for intake, which would otherwise ask the
 * store for every alert. Whoever makes or deletes a tenant or a sink calls `forget`.
 */
export function createTenantSinks(store: Store, clock: Clock): LookupCache<TenantSinks> {
  return createLookupCache({
    load: (tenantId) => store.getTenantSinks({ tenantId }),
    clock,
    ageMsMax,
    entriesMax: tenantsMax,
  });
}
