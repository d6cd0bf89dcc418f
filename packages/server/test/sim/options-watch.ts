/** How sinks' owners want deliveries made, and whether they are: judged at the network. */

import { type DeliveryOptions, readDeliveryOptions } from "../../src/domain/delivery-options.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { sinkTypes } from "../../src/sinks/index.ts";
import type { Network, SentRequest } from "./network.ts";
import type { Plan } from "./plan.ts";
import type { Scheduler } from "./scheduler.ts";

/** What is changed reaches the engine within this time. */
const hearsayMs = 500;
const minuteMs = 60_000;

interface Watch {
  text: string | null;
  options: DeliveryOptions;
  /** Since when they stand so on disk: monotonic, and by the wall clock. */
  since: number;
  sinceWall: number;
  /** They had a schedule that ends. */
  hasEnded: boolean;
}

export interface OptionsDeps {
  readonly plan: Plan;
  readonly scheduler: Scheduler;
  readonly network: () => Network;
  readonly fail: (what: string) => void;
}

export class OptionsWatch {
  readonly #deps: OptionsDeps;
  readonly #hasJumps: boolean;
  readonly #watches = new Map<number, Watch>();

  constructor(deps: OptionsDeps) {
    this.#deps = deps;
    this.#hasJumps = deps.plan.events.some(({ kind }) => kind === "clock_jump");
  }

  /** After each commit. */
  note(sink: number, text: string): void {
    const before = this.#watches.get(sink);
    if (before?.text === text) return;
    const options = readDeliveryOptions(JSON.parse(text) as JsonObject);
    const isSame = JSON.stringify(before?.options) === JSON.stringify(options);
    const { elapsed } = this.#deps.scheduler;
    this.#watches.set(sink, {
      ...{ text, options },
      since: isSame ? (before?.since ?? 0) : elapsed,
      sinceWall: isSame ? (before?.sinceWall ?? 0) : this.#deps.scheduler.now(),
      hasEnded: before?.hasEnded === true || options.retryDelaysMs !== null,
    });
  }

  /** The owner's limit, once the engine must know it; null: none, or it is not long that there is one. */
  concurrencyOf(sink: number): number | null {
    return this.#known(sink)?.concurrency ?? null;
  }

  /** Failed tries that a delivery made at `createdAt` may have had; null: as many as there is time for. */
  triesMaxOf(sink: number, createdAt: number): number | null {
    const watch = this.#watches.get(sink);
    if (watch === undefined || this.#hasJumps || createdAt < watch.sinceWall + hearsayMs)
      return null;
    const delays = watch.options.retryDelaysMs;
    return delays === null ? null : delays.length + 1;
  }

  /** A delivery may have failed since there was no further try. */
  mayGiveUp(sink: number): boolean {
    return this.#watches.get(sink)?.hasEnded === true;
  }

  onSend(request: SentRequest): void {
    const options = this.#known(request.sink);
    if (options === null) return;
    const { fail, plan } = this.#deps;
    const type = sinkTypes[plan.sinkTypes[request.sink] ?? "webhook"];
    const timeoutMs = options.timeoutMs ?? type.timeoutMs;
    // An attempt at Slack goes on with the settings that it began with.
    if (plan.sinkTypes[request.sink] === "slack") return;
    if (request.timeoutMs !== timeoutMs) {
      fail(`waits ${request.timeoutMs} ms for sink ${request.sink} instead of ${timeoutMs}`);
    }
    if (options.ratePerMinute !== null) this.#checkRate(request, options.ratePerMinute);
  }

  /** Never more in any time, up to now, than the rate brings in it and one burst. */
  #checkRate({ sink, life, no }: SentRequest, ratePerMinute: number): void {
    if (this.#hasJumps) return;
    const { network, scheduler, fail } = this.#deps;
    const since = (this.#watches.get(sink)?.since ?? 0) + hearsayMs;
    const burst = Math.max(1, Math.floor(ratePerMinute / 60));
    let count = 0;
    for (let index = no; index >= 0; index--) {
      const sent = network().sent[index];
      if (sent === undefined || sent.sentAt <= since) return;
      if (sent.sink !== sink || sent.life !== life) continue;
      count += 1;
      const brings = ((scheduler.elapsed - sent.sentAt) * ratePerMinute) / minuteMs;
      if (count <= burst + brings + 0.1) continue;
      fail(
        `${count} requests to sink ${sink} in ${scheduler.elapsed - sent.sentAt} ms, at most ${ratePerMinute} a minute allowed`,
      );
      return;
    }
  }

  #known(sink: number): DeliveryOptions | null {
    const watch = this.#watches.get(sink);
    if (watch === undefined || this.#deps.scheduler.elapsed < watch.since + hearsayMs) return null;
    return watch.options;
  }
}
