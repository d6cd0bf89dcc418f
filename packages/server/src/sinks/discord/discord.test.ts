import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type DiscordSimulator, startDiscordSimulator } from "@event-sinks/simulators";
import fc from "fast-check";
import { createFakeClock } from "../../../test/support/fake-clock.ts";
import { hostileAlert } from "../../../test/support/hostile-alerts.ts";
import { alertOf, sampleAlert } from "../../../test/support/sample-alerts.ts";
import { inputFor, readSink, requestOf, withAction } from "../../../test/support/sink-steps.ts";
import type { SinkAlert } from "../../domain/alert.ts";
import type { JsonObject } from "../../domain/json.ts";
import { Paces } from "../../engine/pace.ts";
import { discord } from "./discord.ts";
import { escapeMarkdown } from "./markdown.ts";

let simulator: DiscordSimulator;
before(async () => {
  simulator = await startDiscordSimulator({ rates: "unlimited" });
});
after(() => simulator.stop());

async function post(alert: SinkAlert, url = simulator.url) {
  const input = inputFor(readSink(discord, { url }), { alert });
  const request = requestOf(discord.step(input));
  const response = await fetch(request.url, {
    method: request.method,
    headers: request.headers,
    body: request.body,
  });
  const headers = Object.fromEntries(response.headers);
  return discord.outcome({ status: response.status, headers, body: await response.text() }, input);
}

function embedOf(alert: SinkAlert) {
  const sink = readSink(discord, { url: "https://d.example/api/webhooks/1/abcdefghijklmnop" });
  return JSON.parse(requestOf(discord.step(inputFor(sink, { alert }))).body).embeds[0];
}

const alertWith = (fields: JsonObject, more: Partial<SinkAlert> = {}) =>
  alertOf({ id: "a1", name: "An alert", ...fields }, more);

test("hostile alerts are taken as they are, and nobody is pinged", async () => {
  await fc.assert(
    fc.asyncProperty(hostileAlert, async (alert) => {
      assert.deepEqual(await post(alert), { kind: "delivered" });
    }),
    { numRuns: 60 },
  );
  assert.deepEqual(simulator.pings, []);
});

test("a resolve and an acknowledge say so, in their own colour", () => {
  const trigger = sampleAlert("scanner-alert");
  const resolved = embedOf(withAction(trigger, "resolve"));
  assert.match(resolved.title, /^✅ Resolved: AWS CloudTrail/);
  assert.match(resolved.description, /^This problem is resolved\. Its severity was Critical\./);
  assert.notEqual(resolved.color, embedOf(trigger).color);
  assert.match(embedOf(withAction(trigger, "acknowledge")).title, /^👀 Acknowledged: /);
});

test("the rows that fit are shown, the rest is counted", () => {
  const rows = Array.from({ length: 40 }, (_, index) => ({ user: `user-${index}`, count: index }));
  const { description } = embedOf(
    alertWith({ results_table: { columns: ["user", "count"], rows, total_row_count: 1_240 } }),
  );
  assert.match(description, /\*\*Results\*\* \(1,240 rows\)\n```\nuser\s+count\n-+\s+-+\nuser-0 /);
  assert.match(description, /user-14 .*\n```\n\*and 1,225 more rows\*$/);
});

test("alert text is shown as it is, and only whole URLs are links", () => {
  const shown = escapeMarkdown("**a** [b](http://evil.example/x_y) <@1> `c` @everyone ~~d~~ # e");
  assert.doesNotMatch(shown, /(?<!\\)[*[`<~#]/);
  assert.ok(shown.includes("http://evil.example/x_y") || shown.includes("http://evil.example/x"));
  assert.doesNotMatch(shown, /@everyone/);
  assert.equal(escapeMarkdown("- a\n1. b"), "\\- a\n\\1. b");
});

test("links of the alert and of its template stand in the message", () => {
  const fields = embedOf(
    alertWith(
      { Runbook: "https://wiki.example/a(b)", "Who[x]": "https://x.example/" },
      {
        template: JSON.stringify({
          info: [{ label: "Owner", value: "team *red*" }],
          actions: [{ label: "Open", value: "https://open.example/" }],
        }),
      },
    ),
  ).fields;
  assert.deepEqual(fields.at(0), { name: "Owner", value: "team \\*red\\*", inline: false });
  assert.equal(
    fields.at(-1).value,
    "[Open](https://open.example/)\n[Runbook](https://wiki.example/a%28b%29)\n[Who\\[x\\]](https://x.example/)",
  );
});

test("a deleted webhook pauses the sink, since Discord blocks who keeps calling", async (t) => {
  const other = await startDiscordSimulator();
  t.after(() => other.stop());
  other.deleteWebhook();
  const outcome = await post(sampleAlert("scanner-alert"), other.url);
  assert.ok(outcome.kind === "rejected");
  assert.equal(outcome.reason, "gone");
  assert.ok(outcome.isSinkFault === true && outcome.pausesSink === true);
  const wrong = await post(sampleAlert("scanner-alert"), `${other.url.slice(0, -8)}00000000`);
  assert.ok(wrong.kind === "rejected");
});

test("at its pace Discord's limits are never met, beyond it they are obeyed", async (t) => {
  const clock = createFakeClock();
  const limited = await startDiscordSimulator({ clock });
  t.after(() => limited.stop());
  const pace = discord.pace(readSink(discord, { url: limited.url }));
  const paces = new Paces();
  const alert = sampleAlert("scanner-alert");
  for (let count = 0; count < 60; count++) {
    for (;;) {
      const at = paces.take(pace, clock.now());
      if (at <= clock.now()) break;
      clock.advance(at - clock.now());
    }
    assert.deepEqual(await post(alert, limited.url), { kind: "delivered" });
  }
  for (let count = 0; ; count++) {
    assert.ok(count < 10);
    const outcome = await post(alert, limited.url);
    if (outcome.kind === "delivered") continue;
    assert.ok(outcome.kind === "retry" && outcome.reason === "rate_limited");
    clock.advance(outcome.retryAfterMs ?? 0);
    assert.deepEqual(await post(alert, limited.url), { kind: "delivered" });
    break;
  }
});
