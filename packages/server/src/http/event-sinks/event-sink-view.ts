import { type Static, Type } from "typebox";
import type { EventSink } from "../../domain/event-sink.ts";
import type { Secrets } from "../../secret.ts";
import { sinkTypes } from "../../sinks/index.ts";
import type { HttpContext } from "../context.ts";
import { NameField, TenantIdField, WholeSeconds } from "../wire/resource-schemas.ts";
import { wholeSeconds } from "../wire/wire-time.ts";

const wireNames = Object.values(sinkTypes).map(({ wireName }) => wireName);

/** A sink as it is shown. The order of its fields is the documented one. */
export const EventSinkView = Type.Object(
  {
    id: Type.String({ format: "uuid" }),
    tenant_id: TenantIdField,
    name: NameField,
    description: Type.String(),
    event_sink_type: Type.Enum(wireNames),
    configuration: Type.Record(Type.String(), Type.Unknown(), {
      description:
        "One key, the sink's type; under it what may be shown: never a secret, header values masked",
      examples: [{ Webhook: { url: "https://test.com/webhook/abc" } }, { PagerDuty: null }],
    }),
    created_at: WholeSeconds,
    updated_at: WholeSeconds,
  },
  { $id: "EventSink" },
);

/** The sink's secrets, opened. */
export function openSecrets(
  eventSink: EventSink,
  { sealer }: Pick<HttpContext, "sealer">,
): Secrets {
  const { sealedSecrets } = eventSink;
  return sealedSecrets === null ? {} : sealer.unseal(sealedSecrets, eventSink);
}

export function eventSinkView(
  eventSink: EventSink,
  context: Pick<HttpContext, "sealer">,
): Static<typeof EventSinkView> {
  const { wireName, configuration } = sinkTypes[eventSink.type];
  const { settings } = eventSink;
  const own = configuration({ settings, secrets: openSecrets(eventSink, context) });
  const { delivery } = settings;
  return {
    id: eventSink.id,
    tenant_id: eventSink.tenantId,
    name: eventSink.name,
    description: eventSink.description,
    event_sink_type: wireName,
    configuration: { [wireName]: delivery === undefined ? own : { ...own, delivery } },
    created_at: wholeSeconds(eventSink.createdAt),
    updated_at: wholeSeconds(eventSink.updatedAt),
  };
}
