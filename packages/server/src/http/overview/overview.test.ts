import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { afterEach, beforeEach, test } from "node:test";
import { type FreshHttp, openFreshHttp, operatorKey } from "../../../test/support/fresh-http.ts";
import { eventually, settlementOf } from "../../../test/support/store-samples.ts";

let http: FreshHttp;
let base: string;
beforeEach(async () => {
  http = await openFreshHttp();
  await http.app.listen({ host: "127.0.0.1", port: 0 });
  base = `http://127.0.0.1:${(http.app.server.address() as AddressInfo).port}`;
});
afterEach(() => http.close());

const streamPath = (tenantId: string) => `/v1/overview/stream?tenant_id=${tenantId}&window=hour`;

async function makeSink(tenantId: string, name = "W"): Promise<string> {
  const event_sink_args = { Webhook: { url: "https://test.com/webhook/abc" } };
  const body = { tenant_id: tenantId, name, description: "", event_sink_args };
  return (await http.call("POST", "/v1/event_sink", body)).json.event_sink.id;
}

const send = (tenantId: string, ids: string[]) =>
  http.call("POST", "/v1/alert", { tenant_id: tenantId, name: "n", event_sink_ids: ids });

async function deliver(tenantId: string, eventSinkId: string): Promise<void> {
  const now = http.clock.now();
  const lane = { tenantId, eventSinkId };
  const [claimed] = await http.fresh.store.claim({ lanes: [{ ...lane, limit: 1 }], now });
  const leased = claimed?.deliveries[0];
  assert.ok(leased);
  await http.fresh.store.settle({ settlements: [settlementOf(leased, { now })] });
}

async function overviewOf(tenantId: string, query = "", key = operatorKey) {
  const path = `/v1/overview?tenant_id=${tenantId}${query}`;
  const { status, json, text } = await http.call("GET", path, undefined, { key });
  assert.equal(status, 200, text);
  return json.overview;
}

/** What a stream says, event by event. */
interface Heard {
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by the documented shape
  readonly data: any;
}

/** Opens a stream, as `EventSource` does. */
async function openStream(tenantId: string, headers: Record<string, string>) {
  const response = await fetch(base + streamPath(tenantId), { headers });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  assert.ok(reader);
  let text = "";
  return {
    /** The next event; null when the stream has ended. */
    async next(): Promise<Heard | null> {
      for (;;) {
        const end = text.indexOf("\n\n");
        if (end >= 0) {
          const message = text.slice(0, end);
          text = text.slice(end + 2);
          const [, event = "", data = ""] = /^event: (.*)\ndata: (.*)$/.exec(message) ?? [];
          if (event !== "") return { event, data: JSON.parse(data) };
          continue;
        }
        const { done, value } = await reader.read();
        if (done) return null;
        text += value;
      }
    },
    close: () => reader.cancel(),
  };
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

test("the overview counts by time, says how long deliveries took, and what is wrong", async () => {
  const [good, paused] = [await makeSink("acme", "good"), await makeSink("acme", "paused")];
  await http.call("POST", `/v1/event_sink/${paused}/pause`);
  await send("acme", [good]);
  http.clock.advance(40);
  await deliver("acme", good);
  http.clock.advance(61_000);
  await send("acme", [paused]);
  http.clock.advance(1_000);

  const overview = await overviewOf("acme", "&window=hour");
  assert.equal(overview.step_seconds, 60);
  assert.equal(overview.points.length, 60);
  assert.deepEqual(overview.points.at(-2), {
    ...{ at: "2026-01-01T00:00:00.000Z", alerts: 1, delivered: 1, failed: 0, retried: 0 },
    latency_ms: { p50: 35, p95: 48.5, p99: 49.7 },
  });
  const { at, alerts, latency_ms } = overview.points.at(-1);
  assert.deepEqual([at, alerts, latency_ms], ["2026-01-01T00:01:00.000Z", 1, null]);
  assert.deepEqual(overview.queue, {
    pending_count: 1,
    oldest_pending_at: "2026-01-01T00:01:01.040Z",
  });
  const { alerts: alertCount, delivered } = overview.totals;
  assert.deepEqual([alertCount, delivered, overview.event_sink_count], [2, 1, 2]);
  const [first, second] = overview.event_sinks;
  assert.deepEqual([first.name, first.state, second.state], ["paused", "paused", "healthy"]);
  assert.match(first.cure, new RegExp(`POST /v1/event_sink/${paused}/resume`));
  assert.equal(second.last_delivered_at, "2026-01-01T00:00:00.040Z");
  assert.deepEqual(second.last_day, { delivered: 1, failed: 0, retried: 0, success_rate: 1 });
});

test("each window ends with the step that is now, and begins as far back as it says", async () => {
  await makeSink("acme");
  const shapes = { hour: [60, 60], day: [24, 3_600], week: [56, 10_800], month: [60, 43_200] };
  for (const [window, [count, step]] of Object.entries(shapes)) {
    const { points, step_seconds, to } = await overviewOf("acme", `&window=${window}`);
    assert.deepEqual([points.length, step_seconds], [count, step], window);
    assert.ok(Date.parse(to) - Date.parse(points.at(-1).at) < step_seconds * 1_000, window);
  }
  const odd = await http.call("GET", "/v1/overview?tenant_id=acme&window=year");
  assert.equal(odd.status, 400);
  const nobody = await http.call("GET", "/v1/overview?tenant_id=nobody");
  assert.equal(nobody.status, 404);
});

test("who asks within a second of another gets the same answer", async () => {
  const sink = await makeSink("acme");
  const before = await overviewOf("acme");
  await send("acme", [sink]);
  assert.deepEqual(await overviewOf("acme"), before);
  http.clock.advance(1_000);
  assert.equal((await overviewOf("acme")).totals.alerts, 1);
});

test("a stream tells what changed every two seconds, and of its own tenant only", async () => {
  const sink = await makeSink("acme");
  await makeSink("other", "confidential");
  const key = await http.tenantKey("acme");
  const refused = await fetch(base + streamPath("other"), { headers: bearer(key) });
  assert.equal(refused.status, 403);
  await refused.body?.cancel();
  const stream = await openStream("acme", bearer(key));
  const first = await stream.next();
  assert.equal(first?.event, "overview");
  assert.equal(first?.data.overview.totals.alerts, 0);
  await send("acme", [sink]);
  await nextTimer(2_000);
  const second = await stream.next();
  assert.equal(second?.data.overview.totals.alerts, 1);
  assert.ok(!JSON.stringify(second).includes("confidential"));
  await stream.close();
});

/** Moves time on by `ms`, once the stream waits for that. */
async function nextTimer(ms: number): Promise<void> {
  await eventually(async () => {
    const at = http.clock.nextTimerAt();
    return at !== null && at <= http.clock.now() + ms;
  });
  http.clock.advance(ms);
}

test("a stream ends when its key is revoked, and says why", async () => {
  await makeSink("acme");
  const body = { tenant_id: "acme", name: "viewer" };
  const { id, key } = (await http.call("POST", "/v1/api_key", body)).json.api_key;
  const stream = await openStream("acme", bearer(key));
  await stream.next();
  await http.call("DELETE", `/v1/api_key/${id}`);
  await nextTimer(2_000);
  const last = await stream.next();
  assert.equal(last?.event, "end");
  assert.equal(last?.data.code, "unauthorized");
  assert.equal(await stream.next(), null);
});

test("a stream works with a session, and ends with it", async () => {
  await makeSink("acme");
  const signedIn = await http.call(
    "POST",
    "/v1/session",
    { api_key: operatorKey },
    { key: null, headers: { "x-event-sinks-csrf": "1" } },
  );
  assert.equal(signedIn.status, 200, signedIn.text);
  const cookie = String(signedIn.headers["set-cookie"]).split(";")[0] ?? "";
  const stream = await openStream("acme", { cookie });
  assert.equal((await stream.next())?.event, "overview");
  const headers = { cookie, "x-event-sinks-csrf": "1" };
  await http.call("DELETE", "/v1/session", undefined, { key: null, headers });
  await nextTimer(2_000);
  assert.equal((await stream.next())?.event, "end");
  assert.equal(await stream.next(), null);
});

test("streams end when the service stops, and none holds it up", async () => {
  await makeSink("acme");
  const stream = await openStream("acme", bearer(operatorKey));
  await stream.next();
  const closed = http.app.close();
  assert.equal(await stream.next(), null);
  await closed;
});

test("a tenant has fifty streams at most, and each that is closed makes room", async () => {
  await makeSink("acme");
  await makeSink("other");
  const opening = Array.from({ length: 50 }, () => openStream("acme", bearer(operatorKey)));
  const streams = await Promise.all(opening);
  const surplus = await http.call("GET", streamPath("acme"));
  assert.equal(surplus.status, 429);
  assert.match(surplus.json.error, /50 streams open/);
  await (await openStream("other", bearer(operatorKey))).close();
  await streams[0]?.close();
  await eventually(async () => {
    const answer = await fetch(base + streamPath("acme"), { headers: bearer(operatorKey) });
    await answer.body?.cancel();
    return answer.status === 200;
  });
  for (const stream of streams) await stream.close();
});

test("who does not read a stream is cut off", async () => {
  for (let n = 0; n < 200; n++) await makeSink("acme", "a long name ".repeat(20));
  const socket = connect((http.app.server.address() as AddressInfo).port, "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.pause();
  const head = [
    `GET ${streamPath("acme")} HTTP/1.1`,
    "host: test",
    `authorization: Bearer ${operatorKey}`,
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  const connections = () =>
    new Promise<number>((resolve) => {
      http.app.server.getConnections((_, count) => resolve(count));
    });
  await eventually(async () => (await connections()) === 1);
  // It takes some megabytes to fill what the system keeps for a connection.
  await eventually(async () => {
    http.clock.advance(2_000);
    return (await connections()) === 0;
  });
  socket.destroy();
});
