/**
 * A stand-in for a Teams workflow that starts "When a Teams webhook request is received".
 *
 * Like Power Automate it answers 202 and nothing else once the workflow has started, and
 * what goes wrong afterwards (a card Teams cannot show, a message over 28 KB) stands only in
 * the workflow's run history: `failedRuns`. The error codes are those of the Request trigger
 * as seen in the field; Microsoft publishes no list.
 */

import { realClock } from "../clock.ts";
import {
  type LoopbackOptions,
  type Simulator,
  startLoopbackServer,
} from "../loopback/loopback-server.ts";
import type { Answer, ReceivedRequest } from "../loopback/received-request.ts";
import { createSlidingWindow } from "../loopback/sliding-window.ts";
import { findMentions, isFields, messageProblem } from "./card-rules.ts";

export interface TeamsOptions extends LoopbackOptions {
  readonly rates?: "unlimited";
}

export interface TeamsSimulator extends Simulator {
  /** The workflow's URL, whole. */
  readonly url: string;
  /** The cards that appeared in the channel. */
  readonly cards: readonly Readonly<Record<string, unknown>>[];
  /** Why runs failed after their 202. */
  readonly failedRuns: readonly string[];
  readonly mentions: readonly string[];
  /** As when somebody turns the workflow off, or deletes it. */
  setState(state: "Enabled" | "Disabled" | "Deleted"): void;
}

const workflowId = "7e2c2dc8cc4a4678b1113ede1d55d5a1";
const signature = "c-3iiBjByin64STF8bVGeRrjAu6qhGR7QAs_wZ-aF4Q";
/** "approximately 28 KB" (https://learn.microsoft.com/connectors/teams, known issues). */
const messageBytesMax = 28 * 1024;

const refuse = (status: number, code: string, message: string): Answer => ({
  status,
  body: { error: { code, message } },
});

export async function startTeamsSimulator(options: TeamsOptions = {}): Promise<TeamsSimulator> {
  const clock = options.clock ?? realClock;
  const perSecond = createSlidingWindow(4, 1_000);
  const perHalfMinute = createSlidingWindow(60, 30_000);
  const cards: Readonly<Record<string, unknown>>[] = [];
  const failedRuns: string[] = [];
  const mentions: string[] = [];
  let state = "Enabled";

  function respond(request: ReceivedRequest): Answer {
    if (request.path !== `/workflows/${workflowId}/triggers/manual/paths/invoke`) {
      return refuse(404, "WorkflowNotFound", "The workflow could not be found.");
    }
    if (request.query.get("sig") !== signature) {
      return refuse(
        401,
        "DirectApiAuthorizationRequired",
        "The request must be authenticated only by Shared Access scheme.",
      );
    }
    if (state !== "Enabled") {
      return refuse(
        400,
        "WorkflowTriggerIsNotEnabled",
        `Could not execute workflow '${workflowId}' trigger 'manual' with state '${state}': trigger is not enabled.`,
      );
    }
    if (options.rates !== "unlimited") {
      const now = clock.now();
      const waitMs = perSecond.take("w", now) ?? perHalfMinute.take("w", now);
      if (waitMs !== null) return throttle(waitMs);
    }
    const body = parse(request);
    if (!isFields(body)) {
      return refuse(400, "InvalidRequestContent", "The request content is not valid JSON.");
    }
    run(body, request.bytes.length);
    return { status: 202, headers: { "x-ms-workflow-run-id": "08584" } };
  }

  function run(body: Readonly<Record<string, unknown>>, bodyBytes: number): void {
    if (bodyBytes > messageBytesMax) {
      failedRuns.push(`RequestEntityTooLarge: ${bodyBytes} bytes`);
      return;
    }
    const problem = messageProblem(body);
    if (problem === null) {
      mentions.push(...findMentions(body));
      cards.push(body);
    } else failedRuns.push(problem);
  }

  const server = await startLoopbackServer({ ...options, bodyBytesMax: 8 * 1024 * 1024, respond });
  const query = `api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=${signature}`;
  return {
    ...server,
    url: `http://127.0.0.1:${server.port}/workflows/${workflowId}/triggers/manual/paths/invoke?${query}`,
    cards,
    failedRuns,
    mentions,
    setState(to) {
      state = to;
    },
  };
}

function throttle(waitMs: number): Answer {
  return {
    ...refuse(429, "TooManyRequests", "Rate limit is exceeded."),
    headers: { "retry-after": String(Math.ceil(waitMs / 1000)) },
  };
}

function parse(request: ReceivedRequest): unknown {
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) return undefined;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(request.bytes));
  } catch {
    return undefined;
  }
}
