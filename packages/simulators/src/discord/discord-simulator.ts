/**
 * A stand-in for Discord's Execute Webhook (`POST /api/webhooks/{id}/{token}`).
 *
 * It refuses what Discord refuses, with its codes and its tree of form errors, and counts:
 * 5 requests in 2 s for each webhook, 30 messages a minute for each channel. Those figures
 * are not published, only seen; the answer to too many of them is
 * (https://docs.discord.com/developers/topics/rate-limits).
 */

import { realClock } from "../clock.ts";
import {
  type LoopbackOptions,
  type Simulator,
  startLoopbackServer,
} from "../loopback/loopback-server.ts";
import type { Answer, ReceivedRequest } from "../loopback/received-request.ts";
import { createSlidingWindow } from "../loopback/sliding-window.ts";
import { findPings, isEmptyMessage, isFields, messageErrors } from "./message-rules.ts";

export interface DiscordOptions extends LoopbackOptions {
  readonly rates?: "unlimited";
}

export interface DiscordMessage {
  readonly at: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly threadId: string | null;
}

export interface DiscordSimulator extends Simulator {
  /** A webhook's URL, whole. */
  readonly url: string;
  readonly messages: readonly DiscordMessage[];
  /** Mentions that would have pinged somebody. */
  readonly pings: readonly string[];
  /** As when somebody deletes the webhook in Discord. */
  deleteWebhook(): void;
}

const webhookId = "223704706495545344";
const webhookToken = "3d89bb7572e0fb30d8128367b3b1b44fecd1726de135cbe28a41f8b2f777c372ba2939e7";

const refuse = (status: number, code: number, message: string, more: object = {}): Answer => ({
  status,
  body: { message, code, ...more },
});

/** In seconds with fractions in the body, whole in the header. */
function slowDown(waitMs: number): Answer {
  const waitS = Math.ceil(waitMs) / 1000;
  return {
    status: 429,
    headers: {
      "retry-after": String(Math.ceil(waitS)),
      "x-ratelimit-limit": "5",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset-after": String(waitS),
      "x-ratelimit-bucket": "abcd1234",
      "x-ratelimit-scope": "user",
    },
    body: { message: "You are being rate limited.", retry_after: waitS, global: false },
  };
}

export async function startDiscordSimulator(
  options: DiscordOptions = {},
): Promise<DiscordSimulator> {
  const clock = options.clock ?? realClock;
  const requestRate = createSlidingWindow(5, 2_000);
  const channelRate = createSlidingWindow(30, 60_000);
  const messages: DiscordMessage[] = [];
  const pings: string[] = [];
  let isDeleted = false;

  function overRate(): Answer | null {
    if (options.rates === "unlimited") return null;
    const waitMs =
      requestRate.take(webhookId, clock.now()) ?? channelRate.take(webhookId, clock.now());
    return waitMs === null ? null : slowDown(waitMs);
  }

  function respond(request: ReceivedRequest): Answer {
    const path = /^\/api(?:\/v\d+)?\/webhooks\/(\d+)\/([^/]+)$/.exec(request.path);
    if (path === null) return { status: 404, body: { message: "404: Not Found", code: 0 } };
    if (path[1] !== webhookId || isDeleted) return refuse(404, 10_015, "Unknown Webhook");
    if (path[2] !== webhookToken) return refuse(401, 50_027, "Invalid Webhook Token");
    if (request.method !== "POST") {
      return { status: 405, body: { message: "405: Method Not Allowed", code: 0 } };
    }
    const body = parse(request);
    if (!isFields(body)) return refuse(400, 50_109, "The request body contains invalid JSON.");
    const throttled = overRate();
    if (throttled !== null) return throttled;
    if (isEmptyMessage(body)) return refuse(400, 50_006, "Cannot send an empty message");
    const errors = messageErrors(body);
    if (Object.keys(errors).length > 0) {
      return refuse(400, 50_035, "Invalid Form Body", { errors });
    }
    pings.push(...findPings(body));
    messages.push({ at: clock.now(), body, threadId: request.query.get("thread_id") });
    if (request.query.get("wait") !== "true") return { status: 204 };
    return {
      status: 200,
      body: { id: String(messages.length), type: 0, webhook_id: webhookId, ...body },
    };
  }

  const server = await startLoopbackServer({ ...options, bodyBytesMax: 8 * 1024 * 1024, respond });
  return {
    ...server,
    url: `http://127.0.0.1:${server.port}/api/webhooks/${webhookId}/${webhookToken}`,
    messages,
    pings,
    deleteWebhook() {
      isDeleted = true;
    },
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
