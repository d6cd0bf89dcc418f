/**
 * Webhook: the alert as it came, posted to a URL of the tenant's and signed as Standard
 * Webhooks says. Usually the body is the stored text byte for byte, so signing and sending
 * never parse it. A sink may ask for another body (`payload.ts`) and for an envelope
 * (`cloud-event.ts`); what is signed is what is sent.
 */

import type { SinkAlert } from "../../domain/alert.ts";
import { numberText } from "../../domain/json.ts";
import { userAgent } from "../../version.ts";
import { readHttpStatus } from "../http-status.ts";
import type {
  SinkDone,
  SinkOutcome,
  SinkRequest,
  SinkResponse,
  SinkType,
  StepInput,
} from "../sink-type.ts";
import {
  configuration,
  createArgs,
  readArgs,
  updateArgs,
  urlLengthMax,
  webhookFormat,
  webhookPayload,
  webhookUrl,
} from "./args.ts";
import { encodeCloudEvent } from "./cloud-event.ts";
import { headerCountMax, headerValueLengthMax } from "./headers.ts";
import { payloadDepthMax, payloadLengthMax, renderedLengthMax, renderPayload } from "./payload.ts";
import { signatureHeaders } from "./signature.ts";
import { formerKeysMax, signingKeys } from "./signing-keys.ts";
import { revealHeaders } from "./stored-headers.ts";

const standardWebhooks = "standardwebhooks.com, spec/standard-webhooks.md, read 2026-11";

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
    { name: "payload", value: payloadLengthMax, unit: "characters", source: "our own" },
    { name: "payload depth", value: payloadDepthMax, unit: "levels", source: "our own" },
    { name: "rendered payload", value: renderedLengthMax, unit: "characters", source: "our own" },
    {
      name: "former secrets that still sign",
      value: formerKeysMax,
      unit: "secrets",
      source: "our own",
    },
    {
      name: "time-out, least the specification advises",
      value: 15,
      unit: "s",
      source: standardWebhooks,
    },
    {
      name: "time-out, most the specification advises",
      value: 30,
      unit: "s",
      source: standardWebhooks,
    },
  ],
  timeoutMs: 20_000,
  resolvesTests: false,
  attemptsMax: 32,
  dropsResolvedTriggers: false,
  pace: () => null,
  rollUp: null,
  joinsRepeats: false,
  readArgs,
  configuration,
  target: (settings) => URL.parse(webhookUrl(settings))?.origin ?? "webhook",
  step,
  outcome,
} satisfies SinkType;

function step(input: StepInput): SinkRequest | SinkDone {
  const { alert, deliveryId, now, settings } = input;
  const content = contentOf(input);
  if (content === undefined) return tooLong;
  const { body } = content;
  return {
    method: "POST",
    url: webhookUrl(settings),
    headers: {
      ...revealHeaders(input),
      ...content.headers,
      // An alert in another shape does not say itself how often it came through here.
      ...(body === alert.body ? {} : { "event-sinks-hops": hopsOf(alert) }),
      ...(alert.isReplay === true ? { "event-sinks-replay": "true" } : {}),
      "user-agent": userAgent,
      ...signatureHeaders({ id: deliveryId, now, body }, signingKeys(input, now)),
    },
    body,
    audience: "sink",
  };
}

interface Content {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function contentOf({ alert, settings }: StepInput): Content | undefined {
  const payload = webhookPayload(settings);
  const body = payload === undefined ? alert.body : renderPayload(payload, alert);
  if (body === undefined) return undefined;
  const format = webhookFormat(settings);
  if (format !== undefined) return encodeCloudEvent(format, alert, body);
  return { headers: { "content-type": "application/json" }, body };
}

function hopsOf(alert: SinkAlert): string {
  return numberText(alert.fields()["event-sinks-hops"]) ?? "1";
}

const tooLong: SinkDone = {
  kind: "done",
  outcome: {
    kind: "rejected",
    reason: "payload_refused",
    detail: `With this alert filled in, the sink's payload is longer than ${renderedLengthMax} characters, so it was not sent. Name smaller parts of the alert in the payload, save the sink, and retry the delivery.`,
  },
};

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
        "The webhook answered 410: it is gone and asks for no more, so the sink is paused and its deliveries are held. " +
        "Save the sink with a URL that takes them, then resume it with POST /v1/event_sink/{id}/resume; or delete it.",
      isSinkFault: true,
      pausesSink: true,
    };
  }
  return readHttpStatus(response, "The webhook", input.now);
}
