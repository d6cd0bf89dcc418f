/** Whatever alerts hold: each request keeps Slack's limits, nobody is pinged, memory stays small. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { hostileAlert } from "../../../test/support/hostile-alerts.ts";
import {
  after,
  answered,
  inputFor,
  readSink,
  requestOf,
  withAction,
} from "../../../test/support/sink-steps.ts";
import { assertSlackTakes } from "../../../test/support/slack-limits.ts";
import { openSlackTalk } from "../../../test/support/slack-talk.ts";
import type { SinkAlert } from "../../domain/alert.ts";
import type { JsonValue } from "../../domain/json.ts";
import { Secret } from "../../secret.ts";
import type { StepInput } from "../sink-type.ts";
import { slack } from "./slack.ts";

const sink = inputFor({
  ...readSink(slack, {
    channel_id: "C12345678",
    slack_integration_id: "00000000-0000-0000-0000-000000000001",
  }),
  secrets: { bot_token: new Secret("xoxb-1-2-abcdef") },
});

/** A template of this alert's own texts, paths into them included. */
function withTemplate(alert: SinkAlert, value: JsonValue): SinkAlert {
  const text = typeof value === "string" ? value.slice(0, 5_000) : (JSON.stringify(value) ?? "");
  const entries = Array.from({ length: 12 }, () => ({
    label: text.slice(0, 400) || "x",
    value: text,
  }));
  const whole = [{ label: "all", value: "{{results_table}} {{description}} {{tags[0]}}" }];
  return {
    ...alert,
    template: JSON.stringify({ info: [...whole, ...entries], actions: entries }),
  };
}

/** Plays a delivery against a Slack that says yes, or no to every second request. */
function play(input: StepInput, refusal: string | null): StepInput {
  let current = input;
  for (let count = 0; count < 40; count++) {
    const step = slack.step(current);
    const isDone = "kind" in step && step.kind === "done";
    if (!isDone && requestOf(step).url.includes("/chat.")) assertSlackTakes(requestOf(step).body);
    const isRefused = refusal !== null && count % 2 === 0;
    const answer = isRefused
      ? answered({ ok: false, error: refusal })
      : answered({ ok: true, channel: "C12345678", ts: `1503435956.00000${count}` });
    const outcome = isDone ? step.outcome : slack.outcome(answer, current);
    current = after(current, outcome);
    assert.ok(JSON.stringify(current.memory).length < 24_000, "memory grows");
    if (outcome.kind !== "next") return current;
  }
  return assert.fail("no outcome after 40 requests");
}

const refusal = fc.constantFrom(
  null,
  "invalid_blocks",
  "edit_window_closed",
  "message_not_found",
  "thread_not_found",
  "not_in_channel",
);

test("conversations of 200 hostile alerts keep the published limits", () => {
  fc.assert(
    fc.property(
      hostileAlert,
      hostileAlert,
      fc.boolean(),
      refusal,
      (one, two, isExplicit, error) => {
        const key = { dedupKey: one.dedupKey, hasExplicitKey: isExplicit };
        let input: StepInput = sink;
        const alerts = [
          withAction({ ...one, ...key }, "trigger"),
          withAction(
            withTemplate({ ...two, ...key }, two.fields()["description"] ?? "x"),
            "trigger",
          ),
          withAction({ ...two, ...key }, "acknowledge"),
          { ...two, ...key },
          withAction({ ...one, ...key }, "resolve"),
        ];
        alerts.forEach((alert, index) => {
          input = play({ ...input, alert, deliveryId: `delivery-${index}` }, error);
        });
      },
    ),
    { numRuns: 100 },
  );
});

test("the simulated Slack takes hostile conversations without degrading one, and nobody is pinged", async (t) => {
  const talk = await openSlackTalk(t);
  await fc.assert(
    fc.asyncProperty(hostileAlert, hostileAlert, async (one, two) => {
      talk.memories.clear();
      const key = { dedupKey: "key", hasExplicitKey: true };
      const alerts = [
        withAction({ ...one, ...key }, "trigger"),
        withAction({ ...two, ...key }, "trigger"),
        withAction({ ...two, ...key }, "resolve"),
      ];
      for (const alert of alerts) {
        const outcome = await talk.deliver(alert);
        assert.equal(outcome.kind, "delivered");
        assert.equal(outcome.detail, undefined);
      }
    }),
    { numRuns: 30 },
  );
  assert.deepEqual(talk.slack.pings, []);
});
