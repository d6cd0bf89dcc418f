import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type FreshHttp, openFreshHttp } from "../../../test/support/fresh-http.ts";

let http: FreshHttp;
before(async () => {
  http = await openFreshHttp();
});
after(() => http.close());

async function createSink(event_sink_args: object): Promise<string> {
  const body = { tenant_id: "acme", name: "s", description: "", event_sink_args };
  const made = await http.call("POST", "/v1/event_sink", body);
  return made.json.event_sink.id;
}

/** States of a trigger's deliveries once a resolve came after it, none having been sent. */
async function statesAfterResolve(sinks: string[], fields: object): Promise<string[]> {
  const alert = { tenant_id: "acme", name: "Disk full", event_sink_ids: sinks, ...fields };
  const fired = await http.call("POST", "/v1/alert", alert);
  const resolved = await http.call("POST", "/v1/alert", { ...alert, action: "resolve" });
  assert.deepEqual([fired.status, resolved.status], [202, 202]);
  const { json } = await http.call("GET", `/v1/alert/${fired.json.alert.uid}`);
  const deliveries: { event_sink_id: string; state: string }[] = json.deliveries;
  return sinks.map((id) => deliveries.find((one) => one.event_sink_id === id)?.state ?? "none");
}

test("a resolve makes an unsent trigger of its explicit key superseded, on PagerDuty only", async () => {
  const pagerduty = await createSink({
    PagerDuty: { integration_key: "e93facc04764012d7bfb002500d5d1a6" },
  });
  const webhook = await createSink({ Webhook: { url: "https://in.example/" } });
  const sinks = [pagerduty, webhook];
  const states = (fields: object) => statesAfterResolve(sinks, fields);
  assert.deepEqual(await states({ dedup_key: "k" }), ["superseded", "pending"]);
  assert.deepEqual(await states({ detection_rule_id: "r" }), ["pending", "pending"]);
  const alert_template = { info: [{ label: "Host", value: "{{host}}", use_for_dedup: true }] };
  assert.deepEqual(await states({ host: "web-1", alert_template }), ["superseded", "pending"]);
});
