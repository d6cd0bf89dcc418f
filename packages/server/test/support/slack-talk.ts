import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import {
  allSlackScopes,
  type SlackOptions,
  type SlackSimulator,
  startSlackSimulator,
} from "@event-sinks/simulators";
import type { SinkAlert } from "../../src/domain/alert.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { newId } from "../../src/ids.ts";
import { Secret } from "../../src/secret.ts";
import type {
  RollUpInput,
  SinkOutcome,
  SinkRequest,
  SinkResponse,
  StepInput,
} from "../../src/sinks/sink-type.ts";
import { slack as slackType } from "../../src/sinks/slack/slack.ts";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";
import { alertOf } from "./sample-alerts.ts";
import { after, inputFor, readSink, requestOf } from "./sink-steps.ts";
import { assertSlackTakes } from "./slack-limits.ts";

const token = "xoxb-1-2-talking";

export interface SlackTalk {
  readonly slack: SlackSimulator;
  readonly clock: FakeClock;
  /** Methods called, in order, e.g. `chat.update`. */
  readonly methods: string[];
  /** What each dedup key left behind. */
  readonly memories: Map<string, JsonObject>;
  /** Takes every step of an attempt, keeping memory as the engine does. */
  deliver(alert: SinkAlert, more?: Partial<StepInput>): Promise<SinkOutcome>;
  rollUp(alerts: readonly SinkAlert[]): Promise<SinkOutcome>;
  /** An alert of an explicit key, received now. */
  alert(more?: Partial<SinkAlert>, fields?: JsonObject): SinkAlert;
}

/** One Slack sink that talks to a simulated Slack; what it sends is held against the published limits. */
export async function openSlackTalk(
  t: TestContext,
  options: SlackOptions & { scopes?: readonly string[]; sinkArgs?: JsonObject } = {},
): Promise<SlackTalk> {
  const clock = createFakeClock();
  const slack = await startSlackSimulator({
    clock,
    workspaces: [
      {
        id: "T0TALK",
        name: "Talk",
        domain: "talk",
        tokens: [{ token, scopes: options.scopes ?? [...allSlackScopes] }],
        channels: [
          { id: "C0ALERTS001", name: "security-alerts", isMember: true },
          { id: "C0OUTSIDE01", name: "not-invited" },
          { id: "C0PRIVATE01", name: "private", isPrivate: true },
        ],
      },
    ],
    rates: "unlimited",
    ...options,
  });
  t.after(() => slack.stop());
  const methods: string[] = [];
  const memories = new Map<string, JsonObject>();
  const sink = readSink(slackType, {
    channel_id: "C0ALERTS001",
    slack_integration_id: "00000000-0000-0000-0000-000000000001",
    ...options.sinkArgs,
  });
  const inputOf = (alert: SinkAlert, more: Partial<StepInput>) =>
    inputFor(
      { settings: sink.settings, secrets: { bot_token: new Secret(token) } },
      {
        alert,
        deliveryId: newId(),
        now: clock.now(),
        memory: memories.get(alert.dedupKey) ?? {},
        vendors: { slackApi: slack.url, pagerduty: "https://events.pagerduty.com" },
        ...more,
      },
    );

  async function send(request: SinkRequest): Promise<SinkResponse> {
    const { method, url, headers, body } = request;
    const name = new URL(url).pathname.slice("/api/".length);
    methods.push(name);
    if (name.startsWith("chat.")) assertSlackTakes(body);
    const init = method === "POST" ? { method, headers, body } : { method, headers };
    const response = await fetch(url, init);
    const text = await response.text();
    return { status: response.status, headers: Object.fromEntries(response.headers), body: text };
  }

  async function deliver(alert: SinkAlert, more: Partial<StepInput> = {}): Promise<SinkOutcome> {
    let input = inputOf(alert, more);
    for (let count = 0; count < 40; count++) {
      const step = slackType.step(input);
      const isDone = "kind" in step && step.kind === "done";
      const outcome = isDone ? step.outcome : slackType.outcome(await send(requestOf(step)), input);
      input = after(input, outcome);
      memories.set(alert.dedupKey, input.memory);
      if (outcome.kind !== "next") return outcome;
    }
    return assert.fail("no outcome after 40 requests");
  }

  async function rollUp(alerts: readonly SinkAlert[]): Promise<SinkOutcome> {
    const [first] = alerts;
    assert.ok(first !== undefined);
    const { alert: _, earlier: __, isResolveWaiting: ___, ...rest } = inputOf(first, {});
    let input: RollUpInput = { ...rest, alerts, memory: {} };
    let outcome = slackType.rollUp.outcome(await send(slackType.rollUp.step(input)), input);
    if (outcome.kind === "next") {
      input = { ...input, memory: outcome.memory };
      outcome = slackType.rollUp.outcome(await send(slackType.rollUp.step(input)), input);
    }
    for (const { dedupKey } of alerts) {
      const known = memories.get(dedupKey) ?? {};
      memories.set(dedupKey, slackType.rollUp.remember(known, outcome.memory ?? {}));
    }
    return outcome;
  }

  function alert(more: Partial<SinkAlert> = {}, fields: JsonObject = {}): SinkAlert {
    return alertOf(
      { id: newId(), name: "Disk full", description: "On db-1", ...fields },
      {
        uid: newId(),
        dedupKey: "disk",
        hasExplicitKey: true,
        severityId: 4,
        receivedAt: clock.now(),
        name: "Disk full",
        ...more,
      },
    );
  }

  return { slack, clock, methods, memories, deliver, rollUp, alert };
}
