import type { SinkAlert } from "../../src/domain/alert.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import type {
  MailRequest,
  ReadArgsResult,
  SinkOutcome,
  SinkRequest,
  SinkResponse,
  SinkSettings,
  SinkType,
  Step,
  StepInput,
} from "../../src/sinks/sink-type.ts";
import { sampleAlert } from "./sample-alerts.ts";

/** The settings a type makes of these arguments. Throws when it refuses them. */
export function readSink(
  sinkType: SinkType,
  args: JsonObject,
  current: SinkSettings | null = null,
): SinkSettings {
  const read = sinkType.readArgs(args, current);
  if (!read.ok) throw new Error(`${read.problem.path}: ${read.problem.message}`);
  return { settings: read.settings, secrets: read.secrets };
}

/** The path and message of a refusal; undefined when the arguments were taken. */
export function problemOf(read: ReadArgsResult): { path: string; message: string } | undefined {
  return read.ok ? undefined : read.problem;
}

/** One step's input, for a sink and the first sample unless told otherwise. */
export function inputFor(sink: SinkSettings, more: Partial<StepInput> = {}): StepInput {
  return {
    ...sink,
    alert: sampleAlert("scanner-alert"),
    deliveryId: "019b7600-0000-7000-8000-00000000000a",
    now: Date.UTC(2026, 0, 1),
    memory: {},
    isResolveWaiting: false,
    earlier: [],
    vendors: { slackApi: "https://slack.com/api/", pagerduty: "https://events.pagerduty.com" },
    ...more,
  };
}

/** The HTTP request that a step is; fails when it is something else. */
export function requestOf(step: Step): SinkRequest {
  if ("kind" in step) throw new Error(`the step is no HTTP request but ${step.kind}`);
  return step;
}

/** What a step sends; fails when it sends nothing. */
export function sentOf(step: Step): SinkRequest | MailRequest {
  if ("kind" in step && step.kind === "done") throw new Error("the step sends nothing");
  return step;
}

/** An answer of 200 with this JSON. */
export function answered(body: JsonObject, more: Partial<SinkResponse> = {}): SinkResponse {
  return { status: 200, headers: {}, body: JSON.stringify(body), ...more };
}

/** The input of the step after `outcome`, as the engine makes it. */
export function after(input: StepInput, outcome: SinkOutcome): StepInput {
  return {
    ...input,
    memory: outcome.memory ?? input.memory,
    settings: { ...input.settings, ...outcome.learned },
  };
}

/** The same alert with another action. */
export function withAction(alert: SinkAlert, action: SinkAlert["action"]): SinkAlert {
  return { ...alert, action };
}
