/** `/v1/event_sink/{id}/signing_secret`: what receivers of a webhook sink verify with, and its rotation. */

import { Type } from "typebox";
import type { EventSink } from "../../domain/event-sink.ts";
import { ApiError } from "../../errors.ts";
import { sinkTypes } from "../../sinks/index.ts";
import type { SinkSettings } from "../../sinks/sink-type.ts";
import {
  formerKeysMax,
  rotateSigningKeys,
  type VerificationKeys,
  verificationKeys,
} from "../../sinks/webhook/signing-keys.ts";
import { auditEntry } from "../accounts/audit-entry.ts";
import type { App, HttpContext } from "../context.ts";
import { responses, secured } from "../openapi.ts";
import { etagOf, readIfMatch, versionMismatch } from "../wire/precondition.ts";
import { IdParams, notFound, nullable, WholeSeconds } from "../wire/resource-schemas.ts";
import { changedAt, wholeSeconds } from "../wire/wire-time.ts";
import { openSecrets } from "./event-sink-view.ts";
import { getEventSink, IfMatch, pathOfOne, seal, updateTriesMax } from "./event-sinks.ts";

const tags = ["Event sinks"];
const path = `${pathOfOne}/signing_secret`;

const overlapHoursDefault = 24;
const overlapHoursMax = 168;
const hourMs = 3_600_000;

const SigningSecret = Type.String({
  description: "verifies `v1` signatures",
  examples: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="],
});

const PublicKey = Type.String({
  description: "verifies `v1a` signatures; only on sinks with `signature: v1a`",
  examples: ["whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="],
});

const Shown = Type.Object({
  signing_secret: SigningSecret,
  public_key: Type.Optional(PublicKey),
  previous_expires_at: Type.Optional(WholeSeconds),
});

const Rotated = Type.Object({
  signing_secret: SigningSecret,
  public_key: Type.Optional(PublicKey),
  previous_expires_at: WholeSeconds,
});

const RotateBody = nullable(
  Type.Object(
    {
      overlap_hours: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: overlapHoursMax,
          default: overlapHoursDefault,
          description:
            "how long the present secret signs beside the new one; 0 ends it and all former ones at once",
        }),
      ),
    },
    { additionalProperties: false },
  ),
);

export function signingSecretRoutes(app: App, context: HttpContext): void {
  addGet(app, context);
  addRotate(app, context);
}

function addGet(app: App, context: HttpContext): void {
  const schema = {
    tags,
    summary: "Get a webhook sink's signing secret",
    description:
      "What the receiver verifies the Standard Webhooks signature with. `previous_expires_at` is there while the secret before this one signs too.",
    security: secured,
    params: IdParams,
    response: responses(Shown, 404),
  };
  app.get(path, { schema }, async (request) => {
    const eventSink = await getEventSink(request, context);
    const { keys } = readKeys(eventSink, context);
    const audit = auditEntry(request, context, "signing_secret.read", eventSink);
    await context.store.appendAudit({ audit });
    const { previousExpiresAt: at } = keys;
    return { ...keysView(keys), ...(at === null ? {} : { previous_expires_at: wholeSeconds(at) }) };
  });
}

function addRotate(app: App, context: HttpContext): void {
  const schema = {
    tags,
    summary: "Replace a webhook sink's signing secret",
    description:
      "The former one signs beside the new one until `previous_expires_at`, so that receivers can change over in between; `v1a` keys are replaced with it.",
    security: secured,
    params: IdParams,
    headers: IfMatch,
    body: RotateBody,
    response: responses(Rotated, 404, 409, 412, 413, 415),
  };
  app.post(`${path}/rotate`, { schema }, async (request, reply) => {
    const isWanted = readIfMatch(request.headers["if-match"]);
    const overlapMs = (request.body?.overlap_hours ?? overlapHoursDefault) * hourMs;
    for (let tries = 0; tries < updateTriesMax; tries++) {
      const current = await getEventSink(request, context);
      if (!isWanted(current.version)) throw versionMismatch(current.version);
      const { eventSink, keys, previousExpiresAt } = rotate(current, overlapMs, context);
      const audit = auditEntry(request, context, "signing_secret.rotated", eventSink);
      const change = { eventSink, ifVersion: current.version, audit };
      const result = await context.store.updateEventSink(change);
      if (result === "not_found") throw notFound("event sink", current.id);
      if (result === "version_mismatch") continue;
      reply.header("etag", etagOf(eventSink));
      return { ...keysView(keys), previous_expires_at: wholeSeconds(previousExpiresAt) };
    }
    throw new ApiError("conflict", "Others keep changing this event sink: try again in a moment.");
  });
}

function rotate(current: EventSink, overlapMs: number, context: HttpContext) {
  const now = context.clock.now();
  const rotation = rotateSigningKeys(readKeys(current, context).sink, now, overlapMs);
  if (rotation.kind === "too_many") {
    throw new ApiError(
      "conflict",
      `${formerKeysMax} former secrets of this sink still sign, which is as many as may: rotate again after ` +
        `${wholeSeconds(rotation.firstExpiresAt)}, when the first of them stops, or with \`overlap_hours\` 0, which stops them all now.`,
    );
  }
  const { sink, previousExpiresAt } = rotation;
  const eventSink: EventSink = {
    ...current,
    settings: sink.settings,
    sealedSecrets: seal(sink.secrets, current, context),
    version: current.version + 1,
    updatedAt: changedAt(now, current.updatedAt),
  };
  return { eventSink, keys: readKeys(eventSink, context).keys, previousExpiresAt };
}

/** The opened sink and its keys. Throws the 404 of a sink whose type signs nothing. */
function readKeys(
  eventSink: EventSink,
  context: HttpContext,
): { sink: SinkSettings; keys: VerificationKeys } {
  const sink = { settings: eventSink.settings, secrets: openSecrets(eventSink, context) };
  const keys = verificationKeys(sink, context.clock.now());
  if (keys !== undefined) return { sink, keys };
  const { wireName } = sinkTypes[eventSink.type];
  const message = `A ${wireName} sink has no signing secret; only Webhook sinks sign what they send.`;
  throw new ApiError("not_found", message);
}

function keysView({ signingSecret, publicKey }: VerificationKeys) {
  return {
    signing_secret: signingSecret,
    ...(publicKey === null ? {} : { public_key: publicKey }),
  };
}
