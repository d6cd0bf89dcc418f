import { isUuid } from "../../../ids.ts";
import type { DeliveryFilter } from "../../store.ts";
import type { SqlValue } from "../database.ts";
import { toText } from "../text.ts";

/** The narrowest range of an index that holds all that a filter can find; its value is `$5`. */
export interface DeliveryScan {
  readonly where: string;
  readonly values: readonly SqlValue[];
}

/** Undefined when what the filter names cannot be there. */
export function chooseScan({
  alertUid,
  eventSinkId,
  dedupKey,
  state,
}: Pick<DeliveryFilter, "alertUid" | "eventSinkId" | "dedupKey" | "state">):
  | DeliveryScan
  | undefined {
  if (alertUid !== null) {
    return isUuid(alertUid) ? { where: "d.alert_uid = $5", values: [alertUid] } : undefined;
  }
  if (dedupKey !== null) {
    // Deliveries have no index by key, their alerts do: it costs every alert one entry less.
    const ofKey = "SELECT a.uid FROM alerts a WHERE a.tenant_id = $1 AND a.dedup_key = $5";
    return { where: `d.alert_uid IN (${ofKey})`, values: [toText(dedupKey)] };
  }
  if (state === "failed") return { where: "d.failed_at IS NOT NULL", values: [] };
  if (eventSinkId !== null) {
    const where = "d.event_sink_id = $5";
    return isUuid(eventSinkId) ? { where, values: [eventSinkId] } : undefined;
  }
  return { where: "true", values: [] };
}
