import { v7 } from "uuid";

/** A string that is known to be one kind of id; the brand exists for the compiler only. */
type Id<Kind extends string> = string & { readonly __kind?: Kind };

export type TenantId = Id<"tenant">;
export type EventSinkId = Id<"event_sink">;
export type AlertUid = Id<"alert">;
export type DeliveryId = Id<"delivery">;
export type SlackIntegrationId = Id<"slack_integration">;
export type ReplayId = Id<"replay">;
export type ApiKeyId = Id<"api_key">;

/**
 * A new UUIDv7. Within one process ids only grow (RFC 9562 section 6.2, method 1),
 * so sorting by id is sorting by creation; the queue relies on it for order.
 */
export function newId(): string {
  return v7();
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for any RFC 9562 spelling of a UUID, whatever its version (the nil UUID included). */
export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}
