/** `/v1/overview`: how things go with a tenant's alerts, once or as a stream for a page that watches. */

import { Readable } from "node:stream";
import { type Static, Type } from "typebox";
import type { App, HttpContext } from "../context.ts";
import { authenticate, requireTenant } from "../gate/auth.ts";
import { errorResponses, ref, responses, secured } from "../openapi.ts";
import { TenantIdField, unknownTenant } from "../wire/resource-schemas.ts";
import { createOverviewStreams } from "./overview-stream.ts";
import { OverviewView, overviewView, type Window, windowStart, windows } from "./overview-view.ts";

const tags = ["Deliveries"];
const path = "/v1/overview";

/** Whoever asks again within this gets the same answer: many viewers cost as much as one. */
const freshMs = 1_000;
const readingsMax = 500;

const Query = Type.Object(
  {
    tenant_id: TenantIdField,
    window: Type.Optional(
      Type.Enum(Object.keys(windows) as Window[], { description: "the default is `day`" }),
    ),
  },
  { additionalProperties: false },
);

interface Reading {
  readonly view: Static<typeof OverviewView>;
  /** As JSON, with its envelope. */
  readonly text: string;
}

type Read = (tenantId: string, window: Window) => Promise<Reading>;

export function overviewRoutes(app: App, context: HttpContext): void {
  app.addSchema(OverviewView);
  const read = createReader(context);
  const once = {
    tags,
    summary: "How alerts and deliveries go",
    description:
      "Over time by outcome, how long deliveries took, event sinks by health, and the queue. It is made from counts that are kept as things happen, " +
      "so it costs little however much is stored. What is asked for within a second of each other gets the same answer.",
    security: secured,
    querystring: Query,
    response: responses(Type.Object({ overview: ref(OverviewView) }), 404),
  };
  app.get(path, { schema: once }, async ({ principal, query }) => {
    requireTenant(principal, query.tenant_id);
    return { overview: (await read(query.tenant_id, query.window ?? "day")).view };
  });
  streamRoute(app, context, read);
}

function streamRoute(app: App, context: HttpContext, read: Read): void {
  const streams = createOverviewStreams(context.clock);
  app.addHook("preClose", async () => streams.close());
  const schema = {
    tags,
    summary: "The same again and again, as server-sent events",
    description:
      "An event `overview` every two seconds, whose data is what GET /v1/overview answers. When the key is revoked or the session ends, " +
      "an event `end` has the refusal as its data, and the stream ends. It also ends when the service stops: `EventSource` then asks again by itself.",
    security: secured,
    querystring: Query,
    response: {
      200: {
        description: "events",
        content: { "text/event-stream": { schema: Type.String() } },
      },
      ...errorResponses(404),
    },
  };
  app.get(`${path}/stream`, { schema }, async (request, reply) => {
    const { tenant_id: tenantId, window = "day" } = request.query;
    requireTenant(request.principal, tenantId);
    // Whoever asks for what is not there is told so before the stream begins.
    await read(tenantId, window);
    const events = streams.open({
      tenantId,
      async read() {
        await authenticate(request, context);
        requireTenant(request.principal, tenantId);
        return (await read(tenantId, window)).text;
      },
      cut: () => request.socket.destroy(),
    });
    reply.raw.once("close", () => events.end());
    // nginx would else keep events back.
    reply.type("text/event-stream").header("x-accel-buffering", "no");
    // An answer that is a stream passes the schema's serializer by.
    return reply.send(Readable.from(events.lines()) as never);
  });
}

function createReader({ store, clock }: HttpContext): Read {
  const readings = new Map<string, { at: number; reading: Promise<Reading> }>();
  const readNow: Read = async (tenantId, window) => {
    const now = clock.now();
    const since = windowStart(window, now);
    const { stepMs } = windows[window];
    const found = await store.getOverview({ tenantId, now, since, stepMs });
    if (found === null) throw unknownTenant(tenantId);
    const view = overviewView(found, { tenantId, window, now });
    return { view, text: JSON.stringify({ overview: view }) };
  };
  return (tenantId, window) => {
    const key = `${tenantId} ${window}`;
    const known = readings.get(key);
    if (known !== undefined && Math.abs(clock.now() - known.at) < freshMs) return known.reading;
    if (readings.size >= readingsMax) readings.clear();
    const entry = { at: clock.now(), reading: readNow(tenantId, window) };
    readings.set(key, entry);
    entry.reading.catch(() => {
      if (readings.get(key) === entry) readings.delete(key);
    });
    return entry.reading;
  };
}
