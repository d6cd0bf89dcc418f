/**
 * Webhook: the alert as it came, posted to a URL of the tenant's and signed as Standard
 * Webhooks says. The body is the stored text byte for byte, so signing and sending never
 * parse it.
 */

import { userAgent } from "../../version.ts";
import { readHttpStatus } from "../http-status.ts";
import type { SinkOutcome, SinkRequest, SinkResponse, SinkType, StepInput } from "../sink-type.ts";
import {
  createArgs,
  headerNames,
  readArgs,
  revealHeaders,
  signingSecretName,
  updateArgs,
  urlLengthMax,
  webhookUrl,
} from "./args.ts";
import { headerCountMax, headerMask, headerValueLengthMax } from "./headers.ts";
import { signatureHeaders } from "./signature.ts";

export const webhook = {
  type: "webhook",
  wireName: "Webhook",
  title: "Webhook",
  createArgs,
  updateArgs,
  limits: [
    { name: "url length", value: urlLengthMax, unit: "characters", source: "our own" },
    { name: "headers", value: headerCountMax, unit: "headers", source: "our own" },
    { name: "header value", value: headerValueLengthMax, unit: "characters", source: "our own" },
    {
      name: "time-out, least the specification advises",
      value: 15,
      unit: "s",
      source: "standardwebhooks.com, spec/standard-webhooks.md, read 2026-08",
    },
    {
      name: "time-out, most the specification advises",
      value: 30,
      unit: "s",
      source: "standardwebhooks.com, spec/standard-webhooks.md, read 2026-08",
    },
  ],
  timeoutMs: 20_000,
  resolvesTests: false,
  attemptsMax: 32,
  dropsResolvedTriggers: false,
  pace: () => null,
  rollUp: null,
  readArgs,
  configuration({ settings }) {
    const names = headerNames(settings);
    const masked = Object.fromEntries(names.map((name) => [name, headerMask]));
    return { url: webhookUrl(settings), ...(names.length === 0 ? {} : { headers: masked }) };
  },
  target: (settings) => URL.parse(webhookUrl(settings))?.origin ?? "webhook",
  step,
  outcome,
} satisfies SinkType;

function step(input: StepInput): SinkRequest {
  const { alert, deliveryId, now, settings, secrets } = input;
  const signingSecret = secrets[signingSecretName];
  return {
    method: "POST",
    url: webhookUrl(settings),
    headers: {
      ...revealHeaders(input),
      "content-type": "application/json",
      "user-agent": userAgent,
      ...signatureHeaders(
        { id: deliveryId, now, body: alert.body },
        signingSecret === undefined ? [] : [signingSecret],
      ),
    },
    body: alert.body,
    audience: "sink",
  };
}

/**
 * Standard Webhooks, "Webhook scheme": 2xx is success and nothing else is; 410 asks to
 * stop. What else a receiver refuses it may accept once it is mended, so it is retried.
 */
function outcome(response: SinkResponse, input: StepInput): SinkOutcome {
  if (response.status >= 200 && response.status < 300) return { kind: "delivered" };
  if (response.status === 410) {
    return {
      kind: "rejected",
      reason: "gone",
      detail:
        "The webhook answered 410: it is gone for good. Save the sink with a new URL, or delete it.",
    };
  }
  return readHttpStatus(response, "The webhook", input.now);
}
