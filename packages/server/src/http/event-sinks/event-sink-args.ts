/**
 * From `event_sink_args` to what is stored: the sink type reads its part, and what only
 * this service can know is checked here: whether plain http is allowed, whether the Slack
 * integration is there and may be used, and whether Slack knows the channel.
 */

import { Type } from "typebox";
import { operatorSlackIntegrationId, type SlackIntegration } from "../../domain/event-sink.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../domain/json.ts";
import { isUuid, type TenantId } from "../../ids.ts";
import { isForbiddenHost } from "../../outbound/address-guard.ts";
import { textArg } from "../../sinks/args.ts";
import { sinkTypes } from "../../sinks/index.ts";
import { isMaskedUrl } from "../../sinks/secret-url.ts";
import type { ArgsSchema, SinkSettings, SinkType } from "../../sinks/sink-type.ts";
import { isPlainHttp } from "../../sinks/webhook/args.ts";
import type { HttpContext } from "../context.ts";
import type { Principal } from "../gate/principal.ts";
import { lookUpChannel } from "../slack/slack-lookup.ts";
import { refuseArgs } from "./args-refusal.ts";
import { mergeDelivery, splitArgs, withDelivery } from "./delivery-args.ts";

type ArgsOf = (sinkType: SinkType) => ArgsSchema;

function argsSchema(argsOf: ArgsOf, description: string) {
  const byName = Object.values(sinkTypes).map((sinkType) => [
    sinkType.wireName,
    Type.Optional(withDelivery(argsOf(sinkType))),
  ]);
  return Type.Object(Object.fromEntries(byName), {
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 1,
    description,
  });
}

export const CreateArgs = argsSchema(({ createArgs }) => createArgs, "Exactly one sink type");
export const UpdateArgs = argsSchema(
  ({ updateArgs }) => updateArgs,
  "The sink's own type; what is left out stays",
);

/**
 * `configuration` may be sent back as `event_sink_args`, and PagerDuty's is `null`: it changes
 * nothing. Changes `body` in place, before it is checked.
 */
export function readNullAsUnchanged(body: JsonValue | undefined): void {
  const args = isJsonObject(body) ? body["event_sink_args"] : undefined;
  if (!isJsonObject(args)) return;
  for (const { wireName } of Object.values(sinkTypes)) {
    if (args[wireName] === null) args[wireName] = {};
  }
}

/** What `event_sink_args` holds: the sink type it names, and that type's arguments. */
export function readNamedType(args: object): { sinkType: SinkType; args: JsonObject } {
  for (const sinkType of Object.values(sinkTypes)) {
    const own = Reflect.get(args, sinkType.wireName);
    if (isJsonObject(own)) return { sinkType, args: own };
  }
  throw new Error("event_sink_args passed its schema without a sink type");
}

export interface ReadSettingsInput {
  readonly sinkType: SinkType;
  readonly args: JsonObject;
  /** What the sink has; null for a new one. */
  readonly current: SinkSettings | null;
  readonly tenantId: TenantId;
  readonly principal: Principal;
  /** Whether the operator had chosen the target it has; false for a new one. */
  readonly wasSavedByOperator: boolean;
}

/** The settings and secrets to store. Throws `ApiError`. */
export async function readSettings(
  input: ReadSettingsInput,
  context: HttpContext,
): Promise<SinkSettings> {
  const { own, delivery: given } = splitArgs(input.args);
  const delivery = mergeDelivery(given, input.current?.settings, input.sinkType);
  const read = await readOwnSettings({ ...input, args: own }, context);
  const { delivery: _before, ...settings } = read.settings;
  return { ...read, settings: delivery === null ? settings : { ...settings, delivery } };
}

/** What belongs to the sink type. */
async function readOwnSettings(
  input: ReadSettingsInput,
  context: HttpContext,
): Promise<SinkSettings> {
  const { sinkType, args, current } = input;
  const read = sinkType.readArgs(args, current);
  if (!read.ok) {
    const { path, message } = read.problem;
    const isIntegrationFixed = current !== null && path.endsWith("slack_integration_id");
    throw refuseArgs(
      isIntegrationFixed ? "slack_integration_fixed" : "invalid_request",
      path,
      message,
    );
  }
  if (context.settings.requireHttps && isPlainHttp(read.settings)) {
    throw refuseArgs(
      "invalid_request",
      `${sinkType.wireName}.url`,
      `${sinkType.wireName} URLs must start with https:// here (EVENT_SINKS_REQUIRE_HTTPS is on).`,
    );
  }
  refuseForbiddenHost(read.settings, input, context);
  if (sinkType.type === "email" && context.settings.vendors.mailFrom === undefined) {
    throw refuseArgs(
      "invalid_request",
      sinkType.wireName,
      "This service has no SMTP server to send mail through: the operator must set EVENT_SINKS_SMTP_URL and EVENT_SINKS_MAIL_FROM.",
    );
  }
  if (sinkType.type !== "slack") return read;
  const integration = await findIntegration(read.settings, input, context);
  return { ...read, settings: await lookUpChannel(read.settings, integration, context) };
}

/**
 * What the URL shows already is refused here, rather than at each delivery: an address that
 * is not public. Where a name leads can change, so the client that sends judges that.
 */
function refuseForbiddenHost(
  settings: JsonObject,
  input: ReadSettingsInput,
  { guards }: HttpContext,
): void {
  const { wireName } = input.sinkType;
  const url = takesUrl(input.sinkType) ? URL.parse(textArg(settings, "url") ?? "") : null;
  const guard = isSavedByOperator(input) ? guards.operator : guards.public;
  if (url === null || !isForbiddenHost(url, guard)) return;
  throw refuseArgs(
    "invalid_request",
    `${wireName}.url`,
    `${url.hostname} is no public address, and sinks reach no others: use a public one, or have the operator ` +
      "list it in EVENT_SINKS_ALLOW_CIDRS (a name: EVENT_SINKS_ALLOW_HOSTS) and save this sink with an operator key.",
  );
}

/**
 * Whether the sink counts as saved by the operator, who lets it reach private addresses:
 * only if the operator chose its target. Renaming a tenant's sink, or changing its headers,
 * must not vouch for a URL that the tenant chose.
 */
export function isSavedByOperator(input: ReadSettingsInput): boolean {
  if (input.principal.kind !== "operator") return false;
  const { url } = input.args;
  return (
    input.wasSavedByOperator ||
    !takesUrl(input.sinkType) ||
    (typeof url === "string" && !isMaskedUrl(url))
  );
}

/** Whether who saves the sink chooses where its requests go. */
function takesUrl({ createArgs }: SinkType): boolean {
  return Object.hasOwn(createArgs.properties, "url");
}

async function findIntegration(
  settings: JsonObject,
  { tenantId, principal }: ReadSettingsInput,
  { store }: HttpContext,
): Promise<SlackIntegration> {
  const path = "Slack.slack_integration_id";
  const id = String(settings["slack_integration_id"]).toLowerCase();
  const isOperators = id === operatorSlackIntegrationId;
  if (isOperators && principal.kind !== "operator") {
    throw refuseArgs(
      "forbidden",
      path,
      "This is the operator's own Slack integration: only sinks saved with the operator key may use it. " +
        "Make one of your own with POST /v1/slack_integration.",
    );
  }
  const scope = isOperators ? null : tenantId;
  const found = isUuid(id) ? await store.getSlackIntegration({ tenantId: scope, id }) : null;
  if (found !== null) return found;
  throw refuseArgs(
    "slack_integration_not_found",
    path,
    `There is no Slack integration \`${id.slice(0, 100)}\` for this tenant: ${
      isOperators
        ? "set EVENT_SINKS_SLACK_BOT_TOKEN and start the service again"
        : "make one with POST /v1/slack_integration"
    }.`,
  );
}
