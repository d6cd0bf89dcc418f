import type { Alert, SinkAlert } from "../domain/alert.ts";
import { isJsonObject, type JsonObject, parseJson } from "../domain/json.ts";
import type { DeliveryId } from "../ids.ts";
import type { SinkOutcome, SinkResponse, Step, StepInput } from "../sinks/sink-type.ts";
import type { Exchange, LeasedDelivery } from "../store/store.ts";
import { type ExchangeDeps, exchange, maskOutcome } from "./exchange.ts";
import { engineLimits } from "./limits.ts";
import type { ReadySink } from "./sending-sinks.ts";

export interface AttemptDeps extends ExchangeDeps {
  /**
   * Gets a new access token for a sink whose token has run out, or (`isAhead`) soon will.
   * @returns the sink with it, or null when there is none to be had.
   */
  readonly refreshToken: (sink: ReadySink, isAhead?: boolean) => Promise<ReadySink | null>;
}

export interface AttemptInput {
  readonly sink: ReadySink;
  readonly alert: Alert;
  readonly deliveryId: DeliveryId;
  readonly memory: JsonObject;
  readonly isResolveWaiting: boolean;
  /** Earlier triggers of its key, told with it. */
  readonly earlier: readonly Alert[];
  readonly isReplay?: boolean | undefined;
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
export function makeAttempt(input: AttemptInput, deps: AttemptDeps): Promise<AttemptFindings> {
  const { alert, earlier, deliveryId, isResolveWaiting, isReplay, sink } = input;
  const { step, outcome } = sink.sinkType;
  const told = {
    alert: alertFields(alert, isReplay),
    earlier: earlier.map((one) => alertFields(one)),
    deliveryId,
    isResolveWaiting,
    vendors: deps.vendors,
  };
  const talk: Talk = {
    alertBody: alert.body,
    step: (state) => step({ ...told, ...state }),
    outcome: (response, state) => outcome(response, { ...told, ...state }),
  };
  return observe(sink, deliveryId, deps, (notes) => takeSteps(talk, input, deps, notes));
}

/** One try of many deliveries of a sink, told in a single message. Never throws. */
export function makeRollUp(
  sink: ReadySink,
  deliveries: readonly LeasedDelivery[],
  deps: AttemptDeps,
): Promise<AttemptFindings> {
  const [first] = deliveries;
  const { rollUp } = sink.sinkType;
  if (first === undefined || rollUp === null) throw new Error("there is nothing to roll up");
  const told = {
    alerts: deliveries.map(({ alert, replayedAt }) => alertFields(alert, replayedAt !== null)),
    deliveryId: first.id,
    vendors: deps.vendors,
  };
  const talk: Talk = {
    alertBody: null,
    step: (state) => rollUp.step({ ...told, ...state }),
    outcome: (response, state) => rollUp.outcome(response, { ...told, ...state }),
  };
  return observe(sink, first.id, deps, async (notes) => {
    const outcome = await takeSteps(talk, { sink, memory: {} }, deps, notes);
    // Only what it ends with is for the keys to remember.
    notes.memory = outcome.memory;
    return outcome;
  });
}

/** A conversation with a platform, whatever it is about. */
interface Talk {
  /** The alert's own body, which records leave out; null when what is sent is never that. */
  readonly alertBody: string | null;
  step(state: TalkState): Step;
  outcome(response: SinkResponse, state: TalkState): SinkOutcome;
}

type TalkState = Pick<StepInput, "now" | "memory" | "settings" | "secrets">;

interface Notes {
  readonly exchanges: Exchange[];
  memory: JsonObject | undefined;
  learned: JsonObject | undefined;
}

async function observe(
  sink: ReadySink,
  deliveryId: DeliveryId,
  deps: AttemptDeps,
  run: (notes: Notes) => Promise<FinalOutcome>,
): Promise<AttemptFindings> {
  const startedAt = deps.clock.now();
  const notes: Notes = { exchanges: [], memory: undefined, learned: undefined };
  let outcome: FinalOutcome;
  try {
    outcome = sink.integrationProblem ?? (await run(notes));
  } catch (error) {
    deps.log.error({ delivery_id: deliveryId, error }, "delivery.attempt_crashed");
    outcome = { kind: "retry", reason: "internal", detail: "A fault in Event Sinks; see its log." };
  }
  return {
    startedAt,
    durationMs: Math.max(deps.clock.now() - startedAt, 0),
    outcome: maskOutcome(outcome, sink),
    ...notes,
  };
}

const tooManySteps: FinalOutcome = {
  kind: "retry",
  reason: "internal",
  detail: `Gave up after ${engineLimits.stepsPerAttemptMax} requests in one attempt.`,
};

async function takeSteps(
  talk: Talk,
  { memory, ...given }: Pick<AttemptInput, "sink" | "memory">,
  deps: AttemptDeps,
  notes: Notes,
): Promise<FinalOutcome> {
  let sink = given.sink;
  let mayRefresh = true;
  for (let count = 0; count < engineLimits.stepsPerAttemptMax; count++) {
    const state: TalkState = {
      now: deps.clock.now(),
      memory: notes.memory ?? memory,
      settings: { ...sink.settings, ...notes.learned },
      secrets: sink.secrets,
    };
    const outcome = await takeStep(talk, state, sink, deps, notes);
    learn(notes, outcome);
    if (outcome.kind === "next") continue;
    if (outcome.kind !== "retry" || outcome.isTokenExpired !== true || !mayRefresh) return outcome;
    mayRefresh = false;
    const refreshed = await deps.refreshToken(sink);
    if (refreshed === null) return outcome;
    sink = refreshed;
  }
  return tooManySteps;
}

async function takeStep(
  talk: Talk,
  state: TalkState,
  sink: ReadySink,
  deps: AttemptDeps,
  notes: Notes,
): Promise<SinkOutcome> {
  const step = talk.step(state);
  if ("kind" in step && step.kind === "done") return step.outcome;
  const { result, record } = await exchange(step, sink, talk.alertBody, deps);
  notes.exchanges.push(record);
  if (result.kind === "failure") return { ...result, kind: "retry" };
  return talk.outcome(result, state);
}

function learn(notes: Notes, outcome: SinkOutcome): void {
  if (outcome.memory !== undefined) notes.memory = outcome.memory;
  if (outcome.learned !== undefined) notes.learned = { ...notes.learned, ...outcome.learned };
}

/** Adds `fields()`, which parses the body at its first call: a webhook never needs it. */
export function alertFields(alert: Alert, isReplay = false): SinkAlert {
  let fields: JsonObject | undefined;
  return {
    ...alert,
    ...(isReplay ? { isReplay } : {}),
    fields() {
      if (fields === undefined) {
        const parsed = parseJson(alert.body);
        fields = isJsonObject(parsed) ? parsed : {};
      }
      return fields;
    },
  };
}
