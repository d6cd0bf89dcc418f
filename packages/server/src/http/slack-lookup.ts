/**
 * Asking Slack while something is saved: whether a channel is there and what it is called,
 * and whose a bot token is. Slack's definite no refuses the save with the cure; when Slack
 * gives no answer in time the save goes through and deliveries find out.
 */

import type { SlackIntegration } from "../domain/event-sink.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Secret } from "../secret.ts";
import type { SinkRequest, SinkResponse } from "../sinks/sink-type.ts";
import { readSlackAnswer, type SlackAccess, type SlackErrorContext } from "../sinks/slack/api.ts";
import { readSettings, withChannel } from "../sinks/slack/args.ts";
import {
  type AuthTestAnswer,
  authTestRequest,
  type ChannelAnswer,
  getChannelRequest,
  readAuthTest,
  readChannelSearch,
  readGetChannel,
  searchChannelRequest,
  startChannelSearch,
} from "../sinks/slack/channels.ts";
import { botTokenName } from "../sinks/slack/step.ts";
import { refuseArgs } from "./args-refusal.ts";
import type { HttpContext } from "./context.ts";

/** For all requests of one look-up together. */
const lookUpMsMax = 5_000;

type LookUpContext = Pick<HttpContext, "outbound" | "clock" | "sealer" | "settings">;

/** Sends requests to Slack until the time for the look-up is used up. */
type Ask = (request: SinkRequest) => Promise<SinkResponse | null>;

function createAsk({ outbound, clock }: LookUpContext): Ask {
  const until = clock.now() + lookUpMsMax;
  return async ({ method, url, headers, body, responseBytesMax }) => {
    const timeoutMs = until - clock.now();
    if (timeoutMs <= 0) return null;
    const policy = "vendor";
    const request = { method, url, headers, body, responseBytesMax, policy, timeoutMs } as const;
    const result = await outbound.send(request);
    return result.kind === "response" ? result : null;
  };
}

/**
 * Looks a Slack sink's channel up.
 * @returns the settings with the channel's id and name, or as they were when Slack did not say.
 */
export async function lookUpChannel(
  settings: JsonObject,
  integration: SlackIntegration,
  context: LookUpContext,
): Promise<JsonObject> {
  const { channelId, wantedName } = readSettings(settings);
  const secrets = context.sealer.unseal(integration.sealedSecrets, integration);
  const access = { slackApi: context.settings.vendors.slackApi, botToken: secrets[botTokenName] };
  const channel = channelId ?? `#${wantedName}`;
  const reading = { channel, secrets, now: context.clock.now() };
  const ask = createAsk(context);
  const answer =
    channelId === null
      ? await searchChannel(wantedName ?? "", ask, access, reading)
      : await getChannel(channelId, ask, access, reading);
  if (answer === null) return settings;
  if (answer.kind === "found") return withChannel(settings, answer.channel);
  if (answer.outcome.kind === "retry") return settings;
  const path = channelId === null ? "Slack.channel" : "Slack.channel_id";
  throw refuseArgs("slack_refused", path, answer.outcome.detail);
}

type Found = Exclude<ChannelAnswer, { kind: "next" }>;

async function getChannel(
  id: string,
  ask: Ask,
  access: SlackAccess,
  reading: SlackErrorContext,
): Promise<Found | null> {
  const response = await ask(getChannelRequest(id, access));
  if (response === null) return null;
  const answer = readSlackAnswer(response);
  // A token that may not look channels up may still post to them: Slack has not said no to that.
  if (answer.kind === "error" && answer.error === "missing_scope") return null;
  return readGetChannel(response, reading);
}

async function searchChannel(
  name: string,
  ask: Ask,
  access: SlackAccess,
  reading: SlackErrorContext,
): Promise<Found | null> {
  let search = startChannelSearch(name);
  for (;;) {
    const response = await ask(searchChannelRequest(search, access));
    if (response === null) return null;
    const answer = readChannelSearch(response, search, reading);
    if (answer.kind !== "next") return answer;
    search = answer.search;
  }
}

/** Asks Slack whose token this is; null when Slack gave no answer in time. */
export async function testToken(
  botToken: Secret,
  context: Pick<HttpContext, "outbound" | "clock" | "sealer" | "settings">,
): Promise<AuthTestAnswer | null> {
  const access = { slackApi: context.settings.vendors.slackApi, botToken };
  const response = await createAsk(context)(authTestRequest(access));
  const reading = { secrets: { [botTokenName]: botToken }, now: context.clock.now() };
  return response === null ? null : readAuthTest(response, reading);
}
