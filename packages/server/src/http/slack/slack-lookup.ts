/**
 * Asking Slack while something is saved: whether a channel is there and what it is called,
 * and whose a bot token is. Slack's definite no refuses the save with the cure; when Slack
 * gives no answer in time the save goes through and deliveries find out.
 */

import type { SlackIntegration } from "../../domain/event-sink.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Secret } from "../../secret.ts";
import { readSlackAnswer, type SlackErrorContext } from "../../sinks/slack/api.ts";
import { readSettings, withChannel } from "../../sinks/slack/args.ts";
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
} from "../../sinks/slack/channels.ts";
import { readScopes } from "../../sinks/slack/oauth.ts";
import { botTokenName } from "../../sinks/slack/step.ts";
import { refuseArgs } from "../event-sinks/args-refusal.ts";
import {
  type AskContext,
  type CallerContext,
  createAsk,
  createSlackCaller,
  type SlackCaller,
} from "./slack-caller.ts";

/**
 * Looks a Slack sink's channel up.
 * @returns the settings with the channel's id and name, or as they were when Slack did not say.
 */
export async function lookUpChannel(
  settings: JsonObject,
  integration: SlackIntegration,
  context: CallerContext,
): Promise<JsonObject> {
  const { channelId, wantedName } = readSettings(settings);
  const caller = createSlackCaller(integration, context);
  const channel = channelId ?? `#${wantedName}`;
  const { botName } = integration;
  const reading = () => ({ channel, botName, secrets: caller.secrets(), now: context.clock.now() });
  const answer =
    channelId === null
      ? await searchChannel(wantedName ?? "", caller, reading)
      : await getChannel(channelId, caller, reading);
  if (answer === null) return settings;
  if (answer.kind === "found") return withChannel(settings, answer.channel);
  if (answer.outcome.kind === "retry") return settings;
  const path = channelId === null ? "Slack.channel" : "Slack.channel_id";
  throw refuseArgs("slack_refused", path, answer.outcome.detail);
}

type Found = Exclude<ChannelAnswer, { kind: "next" }>;

/** Made after each answer, since the token may have been renewed meanwhile. */
type Reading = () => SlackErrorContext;

async function getChannel(
  id: string,
  caller: SlackCaller,
  reading: Reading,
): Promise<Found | null> {
  const response = await caller.call((access) => getChannelRequest(id, access));
  if (response === null) return null;
  const answer = readSlackAnswer(response);
  // A token that may not look channels up may still post to them: Slack has not said no to that.
  if (answer.kind === "error" && answer.error === "missing_scope") return null;
  return readGetChannel(response, reading());
}

async function searchChannel(
  name: string,
  caller: SlackCaller,
  reading: Reading,
): Promise<Found | null> {
  let search = startChannelSearch(name);
  for (;;) {
    const response = await caller.call((access) => searchChannelRequest(search, access));
    if (response === null) return null;
    const answer = readChannelSearch(response, search, reading());
    if (answer.kind !== "next") return answer;
    search = answer.search;
  }
}

/** Whose a token is and, where Slack tells, what it may do. */
export type TokenAnswer =
  | (Extract<AuthTestAnswer, { kind: "valid" }> & { readonly scopes: readonly string[] })
  | Extract<AuthTestAnswer, { kind: "failed" }>;

/** Asks Slack whose token this is; null when Slack gave no answer in time. */
export async function testToken(
  botToken: Secret,
  context: AskContext,
): Promise<TokenAnswer | null> {
  const access = { slackApi: context.settings.vendors.slackApi, botToken };
  const response = await createAsk(context)(authTestRequest(access));
  if (response === null) return null;
  const reading = { secrets: { [botTokenName]: botToken }, now: context.clock.now() };
  const answer = readAuthTest(response, reading);
  if (answer.kind === "failed") return answer;
  return { ...answer, scopes: readScopes(response.headers["x-oauth-scopes"]) };
}
