/**
 * A stand-in for Slack's Web API, as far as this product uses it.
 *
 * It is the judge of what we send, so it is strict where Slack is, and stricter where Slack is
 * vague: unknown block fields, texts counted in UTF-16, the lowest cumulative size anybody has
 * measured. It says no as Slack does, HTTP 200 with `{"ok":false,"error"}`, and 429 with whole
 * seconds of Retry-After when a channel gets more than about one message a second.
 *
 * It knows workspaces, tokens with scopes, channels, messages with their edits and threads, and
 * the OAuth v2 flow. All of it starts as plain data and can be changed while it runs.
 *
 * Sources: https://docs.slack.dev/reference/methods (arguments, errors),
 * https://docs.slack.dev/apis/web-api (bodies, charsets), .../rate-limits,
 * https://docs.slack.dev/authentication/installing-with-oauth and /using-token-rotation.
 */

import { realClock } from "../clock.ts";
import type { Match } from "../loopback/behaviours.ts";
import {
  type LoopbackOptions,
  type Simulator,
  startLoopbackServer,
} from "../loopback/loopback-server.ts";
import type { Answer, ReceivedRequest } from "../loopback/received-request.ts";
import { approveInstall, authTest, oauthV2Access } from "./auth-methods.ts";
import { chatGetPermalink, chatPostMessage, chatUpdate } from "./chat-methods.ts";
import { conversationsInfo, conversationsJoin, conversationsList } from "./conversation-methods.ts";
import { readSlackCall } from "./slack-call.ts";
import {
  defaultSlackApp,
  defaultSlackRates,
  defaultSlackWorkspace,
  type SlackAppConfig,
  type SlackChannelConfig,
  type SlackRates,
  type SlackWorkspaceConfig,
  unlimitedSlackRates,
} from "./slack-config.ts";
import { rateLimited, refuse, renderResult, type SlackMethod } from "./slack-method.ts";
import {
  createSlackState,
  type Ping,
  type PostCall,
  type SlackMessage,
  type SlackState,
  type Token,
} from "./slack-state.ts";

export interface SlackOptions extends LoopbackOptions {
  /** Default: `defaultSlackWorkspace` alone. */
  readonly workspaces?: readonly SlackWorkspaceConfig[];
  readonly app?: Partial<SlackAppConfig>;
  readonly rates?: Partial<SlackRates> | "unlimited";
}

export interface SlackSimulator extends Simulator {
  /** Ends with `/api/`. */
  readonly url: string;
  /** The consent page; a GET to it with an install's query approves at once. */
  readonly authorizeUrl: string;
  /** Everything unescaped that would have called people or named channels. */
  readonly pings: readonly Ping[];
  /** Calls of chat.postMessage that reached a channel, with their times. */
  readonly postCalls: readonly PostCall[];
  /** Messages of a channel (by id or name), oldest first, replies included, deleted ones not. */
  messages(channel: string): readonly SlackMessage[];
  /** Replies to one message, oldest first. */
  thread(channel: string, ts: string): readonly SlackMessage[];
  deleteMessage(channel: string, ts: string): void;
  changeChannel(channel: string, change: Partial<SlackChannelConfig>): void;
  /** Makes every call with the token fail so; null heals it. */
  setTokenError(token: string, error: string | null): void;
  /** The next `count` calls that match are refused as Slack refuses. */
  refuseNext(count: number, error: string, match?: Match): void;
  /** A person approves an install link: the URL the browser is sent back to. */
  approveInstall(authorizeUrl: string): string;
  denyInstall(authorizeUrl: string): string;
}

const methods: Readonly<Record<string, SlackMethod>> = {
  "auth.test": authTest,
  "chat.getPermalink": chatGetPermalink,
  "chat.postMessage": chatPostMessage,
  "chat.update": chatUpdate,
  "conversations.info": conversationsInfo,
  "conversations.join": conversationsJoin,
  "conversations.list": conversationsList,
  "oauth.v2.access": oauthV2Access,
};

const nobody = { scopes: [], botId: "", token: "", expiresAt: null, error: null };

function callMethod(request: ReceivedRequest, name: string, state: SlackState): Answer {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined) {
    return renderResult(refuse("unknown_method", { extra: { req_method: name } }), []);
  }
  const read = readSlackCall(request, name, method.acceptsJson);
  if (!read.ok) return renderResult(refuse(read.error), read.warnings);
  const { call } = read;
  const [firstWorkspace] = state.workspaces;
  if (firstWorkspace === undefined) throw new Error("a simulated Slack needs a workspace");
  const token = method.needsToken
    ? findToken(call.token, state)
    : { ...nobody, workspace: firstWorkspace };
  if (typeof token === "string") return renderResult(refuse(token), call.warnings);
  const waitMs = state.methodRates.get(name)?.take(token.workspace.id, state.clock.now()) ?? null;
  const result = waitMs === null ? method.run(call, token, state) : rateLimited(waitMs);
  const answer = renderResult(result, call.warnings);
  const scopes = { "x-oauth-scopes": token.scopes.join(",") };
  return { ...answer, headers: { ...scopes, ...answer.headers } };
}

/** The token, or the error it meets. */
function findToken(given: string | null, state: SlackState): Token | string {
  if (given === null) return "not_authed";
  const token = state.tokens.get(given);
  if (token === undefined) return "invalid_auth";
  if (token.error !== null) return token.error;
  if (token.expiresAt !== null && token.expiresAt <= state.clock.now()) return "token_expired";
  return token;
}

function findChannel(state: SlackState, named: string) {
  for (const workspace of state.workspaces) {
    for (const channel of workspace.channels) {
      if (channel.id === named || channel.name === named) return { workspace, channel };
    }
  }
  throw new Error(`the simulated Slack has no channel ${named}`);
}

export async function startSlackSimulator(options: SlackOptions = {}): Promise<SlackSimulator> {
  const state = createSlackState(
    options.clock ?? realClock,
    { ...defaultSlackApp, ...options.app },
    options.workspaces ?? [defaultSlackWorkspace],
    options.rates === "unlimited"
      ? unlimitedSlackRates
      : { ...defaultSlackRates, ...options.rates },
  );

  function respond(request: ReceivedRequest): Answer {
    if (request.path.startsWith("/api/")) return callMethod(request, request.path.slice(5), state);
    if (request.path !== "/oauth/v2/authorize") return { status: 404, body: "not found" };
    const decision = approveInstall(state, `/?${request.query}`, true);
    if ("error" in decision) return { status: 400, body: decision.error };
    return { status: 302, headers: { location: decision.callbackUrl } };
  }

  function decide(authorizeUrl: string, isApproved: boolean): string {
    const decision = approveInstall(state, authorizeUrl, isApproved);
    if ("error" in decision) throw new Error(`Slack's consent page shows ${decision.error}`);
    return decision.callbackUrl;
  }

  // 1 MiB is far beyond what any message may hold.
  const server = await startLoopbackServer({ ...options, bodyBytesMax: 1024 * 1024, respond });
  const origin = `http://127.0.0.1:${server.port}`;
  return {
    ...server,
    url: `${origin}/api/`,
    authorizeUrl: `${origin}/oauth/v2/authorize`,
    pings: state.pings,
    postCalls: state.postCalls,
    ...inspection(state),
    setTokenError(name, error) {
      const token = state.tokens.get(name);
      if (token === undefined) throw new Error("the simulated Slack has no such token");
      token.error = error;
    },
    refuseNext: (count, error, match) =>
      server.answerNext(count, { status: 200, body: { ok: false, error } }, match),
    approveInstall: (authorizeUrl) => decide(authorizeUrl, true),
    denyInstall: (authorizeUrl) => decide(authorizeUrl, false),
  };
}

/** The parts that let a test look at channels and meddle with them. */
function inspection(
  state: SlackState,
): Pick<SlackSimulator, "messages" | "thread" | "deleteMessage" | "changeChannel"> {
  function messages(named: string) {
    const { workspace, channel } = findChannel(state, named);
    return workspace.messages.filter((each) => each.channel === channel.id && !each.isDeleted);
  }
  return {
    messages,
    thread: (named, ts) => messages(named).filter((message) => message.threadTs === ts),
    deleteMessage(named, ts) {
      const message = messages(named).find((each) => each.ts === ts);
      if (message === undefined) throw new Error(`no message ${ts} in ${named}`);
      message.isDeleted = true;
    },
    changeChannel: (named, change) => Object.assign(findChannel(state, named).channel, change),
  };
}
