/**
 * A stand-in for PagerDuty's Events API v2 (`POST /v2/enqueue`).
 *
 * It refuses what PagerDuty refuses, in PagerDuty's words, and keeps what it accepted twice over:
 * as the raw events in the order of arrival, and as the alerts they leave behind, so that a test
 * can ask the question that matters: who was paged, and how often.
 *
 * Sources: https://developer.pagerduty.com/docs/events-api-v2-overview (answers, size, rate) and
 * the trigger events page beside it (fields, de-duplication). No Retry-After is documented, so a
 * 429 carries none.
 */

import { realClock } from "../clock.ts";
import {
  type LoopbackOptions,
  type Simulator,
  startLoopbackServer,
} from "../loopback/loopback-server.ts";
import type { Answer, ReceivedRequest } from "../loopback/received-request.ts";
import { createSlidingWindow } from "../loopback/sliding-window.ts";
import { createAlertBook, type EventEffect, type PagerDutyAlert } from "./alert-book.ts";
import {
  eventErrors,
  isFields,
  type PagerDutyEvent,
  readEvent,
  requestBytesMax,
  routingKeyErrors,
} from "./event-rules.ts";

/** A key that works when the options name none; 32 characters, as all are. */
export const defaultRoutingKey = "0123456789abcdef0123456789abcdef";

export interface PagerDutyOptions extends LoopbackOptions {
  /** The integration keys that exist. Default: `defaultRoutingKey`. */
  readonly routingKeys?: readonly string[] | "any";
  /** Per routing key, over a sliding minute. Default 120; `Infinity` for none. */
  readonly eventsPerMinuteMax?: number;
}

export interface AcceptedEvent extends PagerDutyEvent {
  readonly at: number;
  readonly effect: EventEffect;
}

export interface PagerDutySimulator extends Simulator {
  /** The origin, e.g. `http://127.0.0.1:4711`; events go to `/v2/enqueue` below it. */
  readonly url: string;
  /** Events accepted with 202, in order. */
  readonly events: readonly AcceptedEvent[];
  /** Alerts that were ever opened, in order; each opened one incident and paged somebody. */
  readonly alerts: readonly PagerDutyAlert[];
  addRoutingKey(key: string): void;
  /** As when an integration is deleted: its events are refused from now on. */
  removeRoutingKey(key: string): void;
}

const invalid = (errors: string[], status = 400): Answer => ({
  status,
  body: { status: "invalid event", message: "Event object is invalid", errors },
});

const unreadable: Answer = {
  status: 400,
  body: {
    status: "Unrecognized object",
    message: "Event object format is unrecognized",
    errors: ["JSON parse error"],
  },
};

const throttled: Answer = {
  status: 429,
  body: {
    status: "throttle exceeded",
    message: "Requests for this service are arriving too quickly.  Please retry later.",
  },
};

function parse(request: ReceivedRequest): unknown {
  const type = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") return undefined;
  try {
    // A byte that is not UTF-8 makes this throw too.
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(request.bytes));
  } catch {
    return undefined;
  }
}

export async function startPagerDutySimulator(
  options: PagerDutyOptions = {},
): Promise<PagerDutySimulator> {
  const clock = options.clock ?? realClock;
  const keys = new Set(
    options.routingKeys === "any" ? [] : (options.routingKeys ?? [defaultRoutingKey]),
  );
  const rate = createSlidingWindow(options.eventsPerMinuteMax ?? 120, 60_000);
  const book = createAlertBook();
  const events: AcceptedEvent[] = [];

  function respond(request: ReceivedRequest): Answer {
    if (request.path !== "/v2/enqueue") return { status: 404, body: "Not Found" };
    if (request.method !== "POST") {
      return { status: 405, headers: { allow: "POST" }, body: "Method Not Allowed" };
    }
    if (request.bytes.length > requestBytesMax || !request.isBodyRead) {
      return invalid(["Event payload is too large (maximum is 512 KB)"], 413);
    }
    const body = parse(request);
    if (!isFields(body)) return unreadable;
    const keyErrors = routingKeyErrors(body);
    if (keyErrors.length > 0) return invalid(keyErrors);
    const key = String(body["routing_key"]);
    if (options.routingKeys !== "any" && !keys.has(key)) return invalid(["Invalid routing key"]);
    if (rate.take(key, clock.now()) !== null) return throttled;
    const errors = eventErrors(body);
    if (errors.length > 0) return invalid(errors);
    const event = readEvent(body);
    const { effect, dedupKey } = book.apply(event, clock.now());
    events.push({ ...event, at: clock.now(), effect });
    return {
      status: 202,
      body: { status: "success", message: "Event processed", dedup_key: dedupKey },
    };
  }

  const server = await startLoopbackServer({
    ...options,
    // Well above the limit, so that what is a little too large is read, kept and refused in words.
    bodyBytesMax: 8 * requestBytesMax,
    respond,
  });
  return {
    ...server,
    url: `http://127.0.0.1:${server.port}`,
    events,
    alerts: book.alerts,
    addRoutingKey: (key) => void keys.add(key),
    removeRoutingKey: (key) => void keys.delete(key),
  };
}
