/** `POST /v1/alert/preview`: what each sink type would be sent, without sending it. */

import { type Static, Type } from "typebox";
import { alertActions } from "../../domain/delivery.ts";
import type { JsonObject, JsonValue } from "../../domain/json.ts";
import { severityNames } from "../../domain/severity.ts";
import { alertFields } from "../../engine/attempt.ts";
import { sinkTypes } from "../../sinks/index.ts";
import type { SinkType } from "../../sinks/sink-type.ts";
import type { App, HttpContext } from "../context.ts";
import { openSecrets } from "../event-sinks/event-sink-view.ts";
import { errorResponses, secured } from "../openapi.ts";
import { AlertBody } from "./alert-schemas.ts";
import { previewOf } from "./preview-request.ts";
import { type Incoming, readIncoming } from "./take-alert.ts";

const Previewed = Type.Object(
  {
    alert: Type.Object(
      {
        id: Type.String(),
        action: Type.Enum([...alertActions]),
        dedup_key: Type.String(),
        severity: Type.Enum(Object.values(severityNames)),
      },
      { description: "What intake makes of it; a template may decide the action and the key" },
    ),
    preview: Type.Record(Type.String(), Type.Unknown(), {
      description:
        "By sink type: `target`, and the request (`method`, `headers`, `body`) or the mail (`subject`, `text`, `html`); secrets are placeholders",
    }),
    unknown_event_sink_ids: Type.Optional(Type.Array(Type.String())),
    warnings: Type.Optional(Type.Array(Type.String())),
  },
  { description: "Nothing was stored or sent" },
);

type PreviewAnswer = Static<typeof Previewed>;

export function previewRoutes(app: App, context: HttpContext): void {
  const schema = {
    tags: ["Alerts"],
    summary: "Preview an alert",
    description:
      "Takes what `POST /v1/alert` takes and answers the request that each sink type would make of it. Nothing is stored or " +
      "sent. `event_sink_ids` limits it to the types of those sinks, with their settings; else each type's example settings are used.",
    security: secured,
    body: AlertBody,
    response: { 200: Previewed, ...errorResponses(404, 413, 415) },
  };
  const options = {
    schema,
    bodyLimit: context.settings.alertBytesMax,
    // As for POST /v1/alert: `readAlert` checks more than a schema says.
    validatorCompiler: () => () => true,
  };
  app.post("/v1/alert/preview", options, async ({ body, principal }): Promise<PreviewAnswer> => {
    const incoming = await readIncoming(body as JsonValue, { principal, hops: undefined }, context);
    const { alert, unknown, warnings } = incoming;
    const preview = await previewAll(incoming, context);
    return {
      alert: {
        id: alert.id,
        action: alert.action,
        dedup_key: alert.dedupKey,
        severity: severityNames[alert.severityId],
      },
      preview,
      ...(unknown.length === 0 ? {} : { unknown_event_sink_ids: unknown }),
      ...(warnings.length === 0 ? {} : { warnings }),
    };
  });
}

/** Adds a warning for sinks that are not shown. */
async function previewAll(incoming: Incoming, context: HttpContext): Promise<JsonObject> {
  const { settings, clock } = context;
  const alert = alertFields(incoming.alert);
  const { vendors } = settings;
  const show = (sinkType: SinkType, sink: Parameters<typeof previewOf>[1]["sink"]) =>
    previewOf(sinkType, { alert, sink, vendors, now: clock.now() });
  if (incoming.eventSinkIds === null) {
    const types = Object.values(sinkTypes);
    return Object.fromEntries(types.map((sinkType) => [sinkType.wireName, show(sinkType, null)]));
  }
  const preview: JsonObject = {};
  for (const { id, type } of incoming.chosen) {
    const sinkType = sinkTypes[type];
    if (preview[sinkType.wireName] !== undefined) {
      incoming.warnings.push(`One ${sinkType.wireName} sink is shown; preview ${id} by itself.`);
      continue;
    }
    const scope = { tenantId: incoming.alert.tenantId, id };
    const eventSink = await context.store.getEventSink(scope);
    if (eventSink === null) continue;
    const sink = { settings: eventSink.settings, secrets: openSecrets(eventSink, context) };
    preview[sinkType.wireName] = { event_sink_id: id, ...show(sinkType, sink) };
  }
  return preview;
}
