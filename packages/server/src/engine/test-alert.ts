import type { Alert } from "../domain/alert.ts";
import type { AlertAction } from "../domain/delivery.ts";
import { stringifyJson } from "../domain/json.ts";
import type { TenantId } from "../ids.ts";

/** The alert that `POST /v1/event_sink/{id}/test` sends. It says what it is in every field people see. */
export function testAlert(input: {
  tenantId: TenantId;
  id: string;
  action: AlertAction;
  now: number;
}): Alert {
  const name = "Test alert from Event Sinks";
  const description = "Somebody asked Event Sinks to test this sink. Nothing is wrong.";
  const tags = ["event-sinks.test"];
  return {
    uid: input.id,
    tenantId: input.tenantId,
    id: input.id,
    name,
    action: input.action,
    dedupKey: input.id,
    hasExplicitKey: true,
    severityId: 1,
    tags,
    staging: false,
    template: null,
    receivedAt: input.now,
    body: stringifyJson({
      id: input.id,
      tenant_id: input.tenantId,
      severity_id: 1,
      severity: "Informational",
      name,
      description,
      action: input.action,
      dedup_key: input.id,
      tags,
      timestamp: new Date(input.now).toISOString(),
      "event-sinks-hops": 1,
    }),
  };
}
