/** What a sink type would send for an alert, fit to be shown: no secret, no private URL. */

import type { SinkAlert } from "../../domain/alert.ts";
import { type JsonObject, type JsonValue, parseJson } from "../../domain/json.ts";
import { newId } from "../../ids.ts";
import { redact, Secret, type Secrets } from "../../secret.ts";
import type {
  MailRequest,
  SinkRequest,
  SinkSettings,
  SinkType,
  StepInput,
  VendorUrls,
} from "../../sinks/sink-type.ts";

/** Stands in for what the engine adds to a sink's own secrets. */
const engineSecrets: Secrets = { bot_token: new Secret("token-of-the-slack-integration") };

export interface PreviewInput {
  readonly alert: SinkAlert;
  /** Null for a sink made of the type's own example. */
  readonly sink: SinkSettings | null;
  readonly vendors: VendorUrls;
  readonly now: number;
}

/** The first request of a delivery that nothing came before; or why there is none. */
export function previewOf(sinkType: SinkType, input: PreviewInput): JsonObject {
  const example = exampleSink(sinkType);
  const { settings, secrets } = input.sink ?? example;
  const stepInput: StepInput = {
    alert: input.alert,
    settings,
    secrets: { ...secrets, ...engineSecrets },
    deliveryId: newId(),
    now: input.now,
    memory: {},
    isResolveWaiting: false,
    earlier: [],
    vendors: { ...input.vendors, mailFrom: input.vendors.mailFrom ?? "alerts@example.com" },
  };
  let step = sinkType.step(stepInput);
  // A look-up comes first, e.g. of a Slack channel that is known by name only: what follows
  // it is the same for any channel.
  if (!("kind" in step) && step.method === "GET") {
    step = sinkType.step({ ...stepInput, settings: { ...settings, ...example.settings } });
  }
  const target = sinkType.target(settings);
  const mask = (text: string) => redact(text, Object.values(stepInput.secrets));
  if (!("kind" in step)) return { target, ...requestView(step, mask) };
  if (step.kind === "mail") return { target, ...mailView(step, mask) };
  return { target, nothing_sent: mask(step.outcome.detail ?? "There is nothing to send.") };
}

function requestView(request: SinkRequest, mask: (text: string) => string): JsonObject {
  const headers = Object.entries(request.headers).map(([name, value]) => [
    name,
    // Whoever may preview an alert is not thereby given the means to sign one.
    name.endsWith("-signature") ? "<signature>" : mask(value),
  ]);
  return {
    method: request.method,
    // Another URL may itself be a secret; `target` says where it goes.
    ...(request.audience === "vendor" ? { url: mask(request.url) } : {}),
    headers: Object.fromEntries(headers),
    body: bodyView(mask(request.body)),
  };
}

function bodyView(body: string): JsonValue {
  try {
    return parseJson(body);
  } catch {
    return body;
  }
}

function mailView(mail: MailRequest, mask: (text: string) => string): JsonObject {
  const { from, to, subject, text, html } = mail;
  return { from, to: [...to], subject: mask(subject), text: mask(text), html: mask(html) };
}

function exampleSink(sinkType: SinkType): SinkSettings {
  const [args = {}] = sinkType.createArgs.examples;
  const read = sinkType.readArgs(args, null);
  if (!read.ok) throw new Error(`${sinkType.wireName}'s example: ${read.problem.message}`);
  return read;
}
