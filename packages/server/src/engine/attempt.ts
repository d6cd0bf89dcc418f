import type { Clock } from "../clock.ts";
import type { Alert, SinkAlert } from "../domain/alert.ts";
import { isJsonObject, type JsonObject, parseJson } from "../domain/json.ts";
import type { DeliveryId } from "../ids.ts";
import type { Log } from "../log.ts";
import { type Outbound, type OutboundResult, responseBytesMax } from "../outbound/outbound.ts";
import { redact } from "../secret.ts";
import type { SinkOutcome, SinkRequest, StepInput, VendorUrls } from "../sinks/sink-type.ts";
import type { Exchange } from "../store/store.ts";
import { engineLimits } from "./limits.ts";
import type { ReadySink } from "./sending-sinks.ts";

export interface AttemptDeps {
  readonly outbound: Outbound;
  readonly vendors: VendorUrls;
  readonly clock: Clock;
  readonly log: Log;
}

export interface AttemptInput {
  readonly sink: ReadySink;
  readonly alert: Alert;
  readonly deliveryId: DeliveryId;
  readonly memory: JsonObject;
}

export type FinalOutcome = Exclude<SinkOutcome, { kind: "next" }>;

/** What an attempt found, secrets masked. */
export interface AttemptFindings {
  readonly startedAt: number;
  readonly durationMs: number;
  readonly outcome: FinalOutcome;
  readonly exchanges: readonly Exchange[];
  /** New memory, undefined when no step changed it. */
  readonly memory: JsonObject | undefined;
  readonly learned: JsonObject | undefined;
}

/**
 * One try of a delivery: asks the sink type for its next request, sends it, reads the
 * outcome, and goes on while the outcome is `next`. Never throws: a bug in a sink type is an
 * outcome too (`internal`), since one bad delivery must not stop the others.
 */
export async function makeAttempt(
  input: AttemptInput,
  deps: AttemptDeps,
): Promise<AttemptFindings> {
  const startedAt = deps.clock.now();
  const exchanges: Exchange[] = [];
  const learning: Learning = { memory: undefined, learned: undefined };
  let outcome: FinalOutcome;
  try {
    outcome = input.sink.lacksIntegration
      ? integrationGone
      : await takeSteps(input, deps, exchanges, learning);
  } catch (error) {
    deps.log.error({ delivery_id: input.deliveryId, error }, "delivery.attempt_crashed");
    outcome = { kind: "retry", reason: "internal", detail: "A fault in Event Sinks; see its log." };
  }
  return {
    startedAt,
    durationMs: Math.max(deps.clock.now() - startedAt, 0),
    outcome: maskOutcome(outcome, input.sink),
    exchanges,
    ...learning,
  };
}

const integrationGone: FinalOutcome = {
  kind: "rejected",
  reason: "auth_failed",
  detail:
    "The sink's Slack integration was deleted. Create a new integration and a sink that uses it.",
};

interface Learning {
  memory: JsonObject | undefined;
  learned: JsonObject | undefined;
}

async function takeSteps(
  { sink, alert, deliveryId, memory }: AttemptInput,
  deps: AttemptDeps,
  exchanges: Exchange[],
  learning: Learning,
): Promise<FinalOutcome> {
  const sinkAlert = readOnce(alert);
  for (let step = 0; step < engineLimits.stepsPerAttemptMax; step++) {
    const input: StepInput = {
      alert: sinkAlert,
      deliveryId,
      now: deps.clock.now(),
      memory: learning.memory ?? memory,
      settings: { ...sink.eventSink.settings, ...learning.learned },
      secrets: sink.secrets,
      vendors: deps.vendors,
    };
    const request = sink.sinkType.step(input);
    const result = await deps.outbound.send({
      method: request.method,
      url: request.url,
      headers: request.headers,
      body: request.body,
      policy: policyFor(request, sink),
      timeoutMs: sink.sinkType.timeoutMs,
      responseBytesMax: request.responseBytesMax,
    });
    exchanges.push(maskExchange(request, result, alert, sink));
    if (result.kind === "failure") return { ...result, kind: "retry" };
    const outcome = sink.sinkType.outcome(result, input);
    if (outcome.memory !== undefined) learning.memory = outcome.memory;
    if (outcome.learned !== undefined) {
      learning.learned = { ...learning.learned, ...outcome.learned };
    }
    if (outcome.kind !== "next") return outcome;
  }
  return {
    kind: "retry",
    reason: "internal",
    detail: `Gave up after ${engineLimits.stepsPerAttemptMax} requests in one attempt.`,
  };
}

function policyFor(request: SinkRequest, sink: ReadySink): "vendor" | "operator" | "public" {
  if (request.audience === "vendor") return "vendor";
  return sink.eventSink.savedByOperator ? "operator" : "public";
}

/** Adds `fields()`, which parses the body at its first call: a webhook never needs it. */
function readOnce(alert: Alert): SinkAlert {
  let fields: JsonObject | undefined;
  return {
    ...alert,
    fields() {
      if (fields === undefined) {
        const parsed = parseJson(alert.body);
        fields = isJsonObject(parsed) ? parsed : {};
      }
      return fields;
    },
  };
}

function maskExchange(
  request: SinkRequest,
  result: OutboundResult,
  alert: Alert,
  sink: ReadySink,
): Exchange {
  const secrets = Object.values(sink.secrets);
  const mask = (text: string) => redact(text, secrets);
  const maskAll = (headers: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, mask(value)]));
  return {
    request: {
      method: request.method,
      url: mask(request.url),
      headers: maskAll(request.headers),
      body: request.body === alert.body ? null : mask(request.body),
    },
    response:
      result.kind === "failure"
        ? null
        : {
            status: result.status,
            headers: maskAll(result.headers),
            // A page of Slack's channels may be megabytes; masked first, so that no secret is cut in half.
            body: mask(result.body).slice(0, responseBytesMax),
          },
  };
}

function maskOutcome(outcome: FinalOutcome, sink: ReadySink): FinalOutcome {
  if (outcome.detail === undefined) return outcome;
  return { ...outcome, detail: redact(outcome.detail, Object.values(sink.secrets)) };
}
