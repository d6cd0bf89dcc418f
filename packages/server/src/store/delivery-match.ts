import { shownState } from "../domain/delivery.ts";
import type { Delivery, DeliveryFilter } from "./store.ts";

/** What of a filter an index does not see to, in any store. */
export function isDeliveryMatch(delivery: Delivery, filter: DeliveryFilter): boolean {
  const { tenantId, eventSinkId, alertUid, dedupKey, action, state, reason, since, until } = filter;
  return (
    delivery.tenantId === tenantId &&
    (eventSinkId === null || delivery.eventSinkId === eventSinkId) &&
    (alertUid === null || delivery.alertUid === alertUid) &&
    (dedupKey === null || delivery.dedupKey === dedupKey) &&
    (action === null || delivery.action === action) &&
    (state === null || shownState(delivery) === state) &&
    (reason === null || delivery.reason === reason) &&
    (since === null || delivery.createdAt >= since) &&
    (until === null || delivery.createdAt < until)
  );
}
