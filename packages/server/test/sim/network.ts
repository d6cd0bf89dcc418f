/**
 * The fake network: an `Outbound` whose far end are the receivers of the simulation, and the
 * ledger of all that was sent, when, and what became of it.
 */

import type { Outbound, OutboundRequest, OutboundResult } from "../../src/outbound/outbound.ts";
import type { Chance } from "./chance.ts";
import { type Answer, brokenOff, fateOf, type Mood, resultOf } from "./moods.ts";
import type { SimSinkType } from "./plan.ts";
import { type Life, type Scheduler, world } from "./scheduler.ts";

export interface SentRequest {
  readonly no: number;
  readonly sink: number;
  readonly life: Life;
  /** By the monotonic clock, and by the wall's. */
  readonly sentAt: number;
  readonly sentAtWall: number;
  /** Which delivery it says it is; only webhooks do. */
  readonly webhookId: string | null;
  /** Numbers and keys of the alerts it names. */
  readonly alertNos: readonly number[];
  readonly keys: readonly string[];
  /** PagerDuty's. */
  readonly event: { readonly action: string; readonly key: string } | null;
  /** A new message in a Slack channel, no edit and no reply. */
  readonly isPost: boolean;
  /** It says that it is a replay; only webhooks do. */
  readonly isReplay: boolean;
  readonly timeoutMs: number;
  isTaken: boolean;
  isOpen: boolean;
  /** What the engine that sent it has read; null while it has not. */
  result: OutboundResult | null;
}

export const vendors = { slackApi: "http://slack.sim/api/", pagerduty: "http://pagerduty.sim" };

export const webhookUrl = (sink: number) => `http://sink-${sink}.sim/`;
export const routingKey = (sink: number) => `routing-key-${sink}`.padEnd(32, "0");
export const slackChannel = (sink: number) => `C0SIM${sink}`;
export const alertName = (no: number, key: string) => `alert ${no} of ${key}.`;

export interface NetworkDeps {
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly sinkTypes: readonly SimSinkType[];
  /** Judges a request before it leaves. */
  readonly onSend: (request: SentRequest) => void;
  /** Told what an engine reads. */
  readonly onResult: (request: SentRequest, result: OutboundResult) => void;
}

export class Network {
  readonly sent: SentRequest[] = [];
  readonly #deps: NetworkDeps;
  readonly #moods: Mood[];
  #lastTs = 0;

  constructor(deps: NetworkDeps) {
    this.#deps = deps;
    this.#moods = deps.sinkTypes.map(() => "good");
  }

  setMood(sink: number, mood: Mood): void {
    this.#moods[sink] = mood;
  }

  /** All receivers work from here on. */
  heal(): void {
    this.#moods.fill("good");
  }

  /** The way out for one process. */
  outboundOf(life: Life): Outbound {
    const cuts = new Set<() => void>();
    return {
      send: (request) => this.#send(request, life, cuts),
      close: async () => {
        for (const cut of cuts) cut();
      },
    };
  }

  #send(request: OutboundRequest, life: Life, cuts: Set<() => void>): Promise<OutboundResult> {
    const { scheduler, chance, sinkTypes, onSend, onResult } = this.#deps;
    const sent = this.#record(request, life);
    onSend(sent);
    const type = sinkTypes[sent.sink] ?? "webhook";
    const mood = this.#moods[sent.sink] ?? "good";
    const fate = fateOf(mood, type, () => this.#take(request, type), chance);
    const { promise, resolve } = Promise.withResolvers<OutboundResult>();
    const end = (result: OutboundResult) => {
      timer.cancel();
      cuts.delete(cut);
      if (!sent.isOpen) return;
      sent.isOpen = false;
      // A receiver works on whether or not the sender lives.
      sent.isTaken ||= fate.isTaken;
      if (life.isDead) return;
      sent.result = result;
      onResult(sent, result);
      resolve(result);
    };
    const cut = () => end(brokenOff);
    const isLate = fate.afterMs === null || fate.afterMs >= request.timeoutMs;
    const timer = scheduler.schedule(isLate ? request.timeoutMs : fate.afterMs, world, () =>
      end(
        isLate
          ? { ...brokenOff, reason: "timeout", durationMs: request.timeoutMs }
          : resultOf(fate.answer, fate.afterMs),
      ),
    );
    cuts.add(cut);
    return promise;
  }

  #record(request: OutboundRequest, life: Life): SentRequest {
    const { url, body, headers } = request;
    const names = [...body.matchAll(/alert (\d+) of (\w+)\./g)];
    const method = new URL(url).pathname.split("/").at(-1);
    const parsed = method === "enqueue" || url.includes("slack.sim") ? JSON.parse(body) : {};
    const sent: SentRequest = {
      no: this.sent.length,
      sink: this.#sinkOf(url, parsed),
      life,
      sentAt: this.#deps.scheduler.elapsed,
      sentAtWall: this.#deps.scheduler.now(),
      webhookId: headers["webhook-id"] ?? null,
      alertNos: [...new Set(names.map((name) => Number(name[1])))],
      keys: [...new Set(names.map((name) => name[2] ?? ""))],
      event: method === "enqueue" ? { action: parsed.event_action, key: parsed.dedup_key } : null,
      isPost: method === "chat.postMessage" && parsed.thread_ts === undefined,
      isReplay: headers["event-sinks-replay"] === "true",
      timeoutMs: request.timeoutMs,
      isTaken: false,
      isOpen: true,
      result: null,
    };
    this.sent.push(sent);
    return sent;
  }

  #sinkOf(url: string, parsed: Record<string, string>): number {
    const found = this.#deps.sinkTypes.findIndex(
      (_, sink) =>
        url === webhookUrl(sink) ||
        parsed["routing_key"] === routingKey(sink) ||
        parsed["channel"] === slackChannel(sink),
    );
    if (found < 0) throw new Error(`nobody is at ${url}`);
    return found;
  }

  #take({ body }: OutboundRequest, type: SimSinkType): Answer {
    const headers = {};
    if (type === "webhook") return { status: 200, headers, body: "" };
    if (type === "pagerduty") {
      return { status: 202, headers, body: '{"status":"success","message":"Event processed"}' };
    }
    const { channel, ts } = JSON.parse(body);
    this.#lastTs += 1;
    const answer = { ok: true, channel, ts: ts ?? `1767225600.${this.#lastTs}` };
    return { status: 200, headers, body: JSON.stringify(answer) };
  }
}
