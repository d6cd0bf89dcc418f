import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import {
  type Mailer,
  type Outbound,
  type OutboundResult,
  responseBytesMax,
} from "../outbound/outbound.ts";
import { redact, redactCut } from "../secret.ts";
import type { MailRequest, SinkOutcome, SinkRequest, VendorUrls } from "../sinks/sink-type.ts";
import type { Exchange } from "../store/store.ts";
import type { ReadySink } from "./sending-sinks.ts";

export interface ExchangeDeps {
  readonly outbound: Outbound;
  readonly mailer: Mailer;
  readonly vendors: VendorUrls;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Sends one request of a sink type and waits for the answer.
 * @param alertBody the alert's own body, which the record leaves out, as it is stored once.
 * @returns the result, and the record of both with secrets masked.
 */
export async function exchange(
  request: SinkRequest | MailRequest,
  sink: ReadySink,
  alertBody: string | null,
  deps: ExchangeDeps,
): Promise<{ result: OutboundResult; record: Exchange }> {
  const timeoutMs = sink.delivery.timeoutMs ?? sink.sinkType.timeoutMs;
  if ("kind" in request) {
    const result = await deps.mailer.send(request, timeoutMs);
    return { result, record: maskExchange(mailAsRequest(request), result, null, sink) };
  }
  const result = await deps.outbound.send({
    method: request.method,
    url: request.url,
    headers: request.headers,
    body: request.body,
    policy: policyFor(request, sink),
    timeoutMs,
    responseBytesMax: request.responseBytesMax,
  });
  return { result, record: maskExchange(request, result, alertBody, sink) };
}

/** An outcome whose text holds no secret of the sink's. */
export function maskOutcome<T extends SinkOutcome>(outcome: T, sink: ReadySink): T {
  if (outcome.detail === undefined) return outcome;
  return { ...outcome, detail: redact(outcome.detail, Object.values(sink.secrets)) };
}

function policyFor(request: SinkRequest, sink: ReadySink): "vendor" | "operator" | "public" {
  if (request.audience === "vendor") return "vendor";
  return sink.eventSink.savedByOperator ? "operator" : "public";
}

type RequestRecord = Omit<Exchange["request"], "body"> & { readonly body: string };

/** A mail in the form in which requests are recorded. */
function mailAsRequest({
  to,
  from,
  subject,
  text,
  headers,
  messageId,
}: MailRequest): RequestRecord {
  return {
    method: "MAIL",
    url: `mailto:${to.join(",")}`,
    headers: { ...headers, from, to: to.join(", "), subject, "message-id": `<${messageId}>` },
    body: text,
  };
}

function maskExchange(
  request: RequestRecord,
  result: OutboundResult,
  alertBody: string | null,
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
      body: request.body === alertBody ? null : mask(request.body),
    },
    response:
      result.kind === "failure"
        ? null
        : {
            status: result.status,
            headers: maskAll(result.headers),
            // A page of Slack's channels may be megabytes; masked first, so that no secret is cut in half.
            body: (result.isBodyCut ? redactCut(result.body, secrets) : mask(result.body)).slice(
              0,
              responseBytesMax,
            ),
          },
  };
}
