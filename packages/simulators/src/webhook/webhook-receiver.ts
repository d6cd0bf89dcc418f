/**
 * Somebody's webhook: takes POSTs, keeps them to the byte, answers 200 or what the test scripts.
 *
 * Given a secret it also judges: a request whose Standard Webhooks signature does not hold is
 * refused with 401, as a careful customer would. The check is written from the specification
 * (https://www.standardwebhooks.com) and tested against the `standardwebhooks` package, so it
 * shares nothing with the code that signs.
 */

import { realClock } from "../clock.ts";
import {
  type LoopbackOptions,
  type Simulator,
  startLoopbackServer,
} from "../loopback/loopback-server.ts";
import type { Answer, ReceivedRequest } from "../loopback/received-request.ts";
import { type Verification, verifySignature } from "./signature.ts";

export interface WebhookReceiverOptions extends LoopbackOptions {
  /** `whsec_<base64>`: from now on unsigned requests are refused. */
  readonly secret?: string;
  /** `whpk_<base64>`, for asymmetric `v1a` signatures. */
  readonly publicKey?: string;
}

/** A request that reached the receiver and that it acknowledged or refused on its own account. */
export interface WebhookDelivery {
  readonly request: ReceivedRequest;
  readonly at: number;
  /** Null when the header is missing. */
  readonly id: string | null;
  /** Null when the receiver has no key to judge by. */
  readonly verification: Verification | null;
}

export interface WebhookReceiver extends Simulator {
  /** Ends with a slash; any path below it works. */
  readonly url: string;
  /** What it acknowledged with 200, in order. */
  readonly deliveries: readonly WebhookDelivery[];
  /** What it refused with 401, in order. */
  readonly refusals: readonly WebhookDelivery[];
  /** Adds a key to judge by, as a customer does during a rotation or after reading the secret. */
  trust(key: string): void;
  distrust(key: string): void;
}

/** Generous: how much a webhook may carry is the sender's limit, not the receiver's. */
const bodyBytesMax = 16 * 1024 * 1024;

export async function startWebhookReceiver(
  options: WebhookReceiverOptions = {},
): Promise<WebhookReceiver> {
  const clock = options.clock ?? realClock;
  const keys = new Set([options.secret, options.publicKey].filter((key) => key !== undefined));
  const deliveries: WebhookDelivery[] = [];
  const refusals: WebhookDelivery[] = [];

  function judge(request: ReceivedRequest): Verification | null {
    if (keys.size === 0) return null;
    const publicKeys = [...keys].filter((key) => key.startsWith("whpk_"));
    const secrets = [...keys].filter((key) => !key.startsWith("whpk_"));
    return verifySignature(request.headers, request.bytes, { secrets, publicKeys }, clock.now());
  }

  function respond(request: ReceivedRequest): Answer {
    if (!request.isBodyRead) return { status: 413, body: { error: "body not readable" } };
    if (request.method !== "POST") {
      return { status: 405, headers: { allow: "POST" }, body: { error: "POST only" } };
    }
    const verification = judge(request);
    const id = request.headers["webhook-id"] ?? null;
    const delivery = { request, at: clock.now(), id, verification };
    if (verification !== null && !verification.ok) {
      refusals.push(delivery);
      return { status: 401, body: { error: verification.problem } };
    }
    deliveries.push(delivery);
    return { status: 200, body: { ok: true } };
  }

  const server = await startLoopbackServer({ ...options, bodyBytesMax, respond });
  return {
    ...server,
    url: `http://127.0.0.1:${server.port}/`,
    deliveries,
    refusals,
    trust: (key) => void keys.add(key),
    distrust: (key) => void keys.delete(key),
  };
}
