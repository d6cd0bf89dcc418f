import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type FreshHttp, openFreshHttp, operatorKey } from "../../../test/support/fresh-http.ts";
import { sampleText } from "../../../test/support/sample-alerts.ts";
import { sinkTypes } from "../../sinks/index.ts";

let http: FreshHttp;
before(async () => {
  http = await openFreshHttp();
  for (const tenant_id of ["acme", "other"]) await http.call("POST", "/v1/tenant", { tenant_id });
});
after(() => http.close());

const path = "/v1/alert/preview";
const alert = {
  tenant_id: "acme",
  name: "Disk full",
  severity: "High",
  host: "web-1",
  alert_template: {
    info: [
      { label: "Host", value: "{{host}}", use_for_dedup: true },
      { label: "@pagerduty.payload.source", value: "{{host}}.local" },
    ],
    actions: [{ label: "Runbook", value: "https://wiki.example/{{host}}" }],
  },
};

async function createSink(event_sink_args: object, tenant_id = "acme"): Promise<string> {
  const body = { tenant_id, name: "s", description: "", event_sink_args };
  const made = await http.call("POST", "/v1/event_sink", body);
  assert.equal(made.status, 200, made.text);
  return made.json.event_sink.id;
}

test("an alert is shown as each sink type would send it, and nothing is stored", async () => {
  const { status, json } = await http.call("POST", path, alert);
  assert.equal(status, 200);
  assert.deepEqual(
    Object.keys(json.preview).sort(),
    Object.values(sinkTypes)
      .map(({ wireName }) => wireName)
      .sort(),
  );
  for (const shown of Object.values(json.preview)) {
    assert.match(JSON.stringify(shown), /Disk full/);
    assert.match(JSON.stringify(shown), /https:\/\/wiki\.example\/web-1/);
  }
  const { PagerDuty, Slack, Webhook } = json.preview;
  assert.equal(PagerDuty.body.routing_key, "<secret>");
  assert.equal(PagerDuty.body.payload.source, "web-1.local");
  assert.ok(Array.isArray(Slack.body.attachments?.[0]?.blocks ?? Slack.body.blocks));
  assert.equal(Slack.headers.authorization, "Bearer <secret>");
  assert.equal(Webhook.body.Host, "web-1");
  assert.equal(Webhook.headers["webhook-signature"], "<signature>");
  assert.deepEqual(json.alert.dedup_key, '["Disk full","Host","web-1"]');
  const list = await http.call("GET", "/v1/alert?tenant_id=acme");
  assert.deepEqual(list.json.data.alerts, []);
});

test("what a template gets wrong is a warning, and visible where it would be sent", async () => {
  const alert_template = { info: [{ label: "User", value: "{{user.name}}" }, { label: "x" }] };
  const { json } = await http.call("POST", path, { ...alert, alert_template });
  assert.equal(json.warnings.length, 2);
  for (const shown of Object.values(json.preview)) {
    assert.match(JSON.stringify(shown), /missing: user\.name/);
  }
});

test("sinks that are named limit it to their types and settings, and their secrets stay out", async () => {
  const key = "e93facc04764012d7bfb002500d5d1a6";
  const headers = { "x-api-key": "header-secret-value" };
  const webhook = await createSink({
    Webhook: { url: "https://in.example/t0ken-in-the-path", headers },
  });
  const pagerduty = await createSink({ PagerDuty: { integration_key: key, region: "eu" } });
  const theirs = await createSink({ PagerDuty: { integration_key: key } }, "other");
  const event_sink_ids = [webhook, pagerduty, theirs];
  const { text, json } = await http.call("POST", path, { ...alert, event_sink_ids });
  assert.deepEqual(Object.keys(json.preview), ["Webhook", "PagerDuty"]);
  assert.equal(json.preview.Webhook.event_sink_id, webhook);
  assert.equal(json.preview.Webhook.headers["x-api-key"], "<secret>");
  assert.equal(json.preview.PagerDuty.target, "PagerDuty (EU)");
  assert.deepEqual(json.unknown_event_sink_ids, [theirs]);
  for (const secret of [key, "header-secret-value", "t0ken-in-the-path"]) {
    assert.ok(!text.includes(secret), secret);
  }
});

test("of two sinks of a type one is shown, and the other named", async () => {
  const args = { Webhook: { url: "https://in.example/" } };
  const ids = [await createSink(args), await createSink(args)];
  const { json } = await http.call("POST", path, { ...alert, event_sink_ids: ids });
  assert.equal(json.preview.Webhook.event_sink_id, ids[0]);
  assert.match(json.warnings.join(), new RegExp(`preview ${ids[1]} by itself`));
});

test("a real alert keeps every digit", async () => {
  const sample = sampleText("scanner-alert");
  await http.call("POST", "/v1/tenant", { tenant_id: JSON.parse(sample).tenant_id });
  const { text } = await http.call("POST", path, sample);
  assert.match(text, /"timestamp":1776721873702228890/);
});

test("it asks for what an alert needs", async () => {
  const key = await http.tenantKey("acme");
  const expected: [unknown, string | null, number][] = [
    [alert, null, 401],
    [alert, key, 200],
    [{ ...alert, tenant_id: "other" }, key, 403],
    [{ ...alert, tenant_id: "nobody" }, operatorKey, 404],
    [{ tenant_id: "acme" }, key, 400],
    [[alert], key, 400],
  ];
  for (const [body, as, status] of expected) {
    assert.equal((await http.call("POST", path, body, { key: as })).status, status);
  }
});
