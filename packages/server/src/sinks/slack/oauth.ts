/**
 * Installing the Slack app by OAuth v2, and renewing tokens that run out. Pure like the
 * rest: a caller sends the requests and hands the answers back.
 *
 * docs.slack.dev/authentication/installing-with-oauth, /using-pkce, /using-token-rotation,
 * read 2026-11-23.
 */

import { createHash } from "node:crypto";
import { isJsonObject, type JsonObject, type JsonValue } from "../../domain/json.ts";
import { readRetryAfterMs } from "../../domain/retry.ts";
import { Secret, type Secrets } from "../../secret.ts";
import { userAgent } from "../../version.ts";
import type { SinkRequest, SinkResponse } from "../sink-type.ts";
import { quoteAnswer } from "../text.ts";
import { readSlackAnswer } from "./api.ts";
import { type OAuthBlame, oauthErrorRule } from "./oauth-errors.ts";

/** The operator's Slack app. */
export interface SlackApp {
  readonly clientId: string;
  readonly clientSecret: Secret;
}

/** What the app may do: post, to public channels also uninvited, look channels up, and join them. */
export const installScopes = [
  "chat:write",
  "chat:write.public",
  "channels:read",
  "groups:read",
  "channels:join",
] as const;

export interface AuthorizeInput {
  readonly slackApi: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly state: string;
  /** Null: without PKCE. */
  readonly codeVerifier: Secret | null;
}

/** The page where a person approves the install, on the same origin as the Web API. */
export function authorizeUrl(input: AuthorizeInput): string {
  const url = new URL("/oauth/v2/authorize", input.slackApi);
  url.search = new URLSearchParams({
    client_id: input.clientId,
    scope: installScopes.join(","),
    redirect_uri: input.redirectUri,
    state: input.state,
    ...(input.codeVerifier === null
      ? {}
      : { code_challenge: challengeOf(input.codeVerifier), code_challenge_method: "S256" }),
  }).toString();
  return url.href;
}

/** RFC 7636 section 4.2. */
function challengeOf(codeVerifier: Secret): string {
  return createHash("sha256").update(codeVerifier.reveal()).digest("base64url");
}

export interface OAuthAccess {
  readonly slackApi: string;
  readonly slackApp: SlackApp;
}

export function exchangeCodeRequest(
  grant: { code: Secret; redirectUri: string; codeVerifier: Secret | null },
  access: OAuthAccess,
): SinkRequest {
  return accessRequest(
    {
      grant_type: "authorization_code",
      code: grant.code.reveal(),
      redirect_uri: grant.redirectUri,
      ...(grant.codeVerifier === null ? {} : { code_verifier: grant.codeVerifier.reveal() }),
    },
    access,
  );
}

export function refreshTokenRequest(refreshToken: Secret, access: OAuthAccess): SinkRequest {
  const args = { grant_type: "refresh_token", refresh_token: refreshToken.reveal() };
  return accessRequest(args, access);
}

function accessRequest(
  args: Readonly<Record<string, string>>,
  { slackApi, slackApp }: OAuthAccess,
): SinkRequest {
  const credentials = `${slackApp.clientId}:${slackApp.clientSecret.reveal()}`;
  return {
    method: "POST",
    url: `${slackApi}oauth.v2.access`,
    headers: {
      authorization: `Basic ${Buffer.from(credentials).toString("base64")}`,
      // Slack reads no JSON here: docs.slack.dev/reference/methods/oauth.v2.access.
      "content-type": "application/x-www-form-urlencoded",
      "user-agent": userAgent,
    },
    body: new URLSearchParams(args).toString(),
    audience: "vendor",
  };
}

/** A bot token, with what renews it where tokens rotate. */
export interface SlackTokens {
  readonly botToken: Secret;
  readonly refreshToken: Secret | null;
  /** Null: it does not run out. */
  readonly expiresInMs: number | null;
  readonly scopes: readonly string[];
}

export interface OAuthRefusal {
  readonly kind: "refused";
  /** Slack's own word. */
  readonly error: string;
  readonly blame: Exclude<OAuthBlame, "transient">;
  readonly detail: string;
}

/** No definite answer. */
export interface OAuthUnclear {
  readonly kind: "unclear";
  readonly detail: string;
  readonly retryAfterMs: number | null;
}

export type TokensAnswer =
  | ({ readonly kind: "granted" } & SlackTokens)
  | OAuthRefusal
  | OAuthUnclear;

export type InstallAnswer =
  | ({
      readonly kind: "granted";
      readonly teamId: string;
      readonly teamName: string;
      readonly botUserId: string;
    } & SlackTokens)
  | OAuthRefusal
  | OAuthUnclear;

/**
 * Reads the answer to a refresh. No part of an unreadable answer is quoted: it may hold tokens.
 * @param secrets what was sent, to be masked should Slack echo it.
 */
export function readTokens(response: SinkResponse, secrets: Secrets, now: number): TokensAnswer {
  const read = readAccess(response, secrets, now);
  return "body" in read ? { kind: "granted", ...read.tokens } : read;
}

/** Reads the answer to the exchange of a code: tokens, and of which workspace. */
export function readInstall(response: SinkResponse, secrets: Secrets, now: number): InstallAnswer {
  const read = readAccess(response, secrets, now);
  if (!("body" in read)) return read;
  const { team, bot_user_id: botUserId, is_enterprise_install: isOrganisation } = read.body;
  const teamId = isJsonObject(team) ? text(team["id"]) : undefined;
  if (isOrganisation === true) {
    return {
      kind: "refused",
      error: "is_enterprise_install",
      blame: "workspace",
      detail:
        "The app was installed for a whole Slack organisation, and this service needs one workspace. Install it in the workspace that the alerts go to.",
    };
  }
  if (teamId === undefined || typeof botUserId !== "string") return unreadable(response.status);
  const teamName = isJsonObject(team) ? text(team["name"]) : undefined;
  return { kind: "granted", ...read.tokens, teamId, teamName: teamName ?? teamId, botUserId };
}

/** Why a redirect from the consent page brought no code: a sentence. */
export function explainRedirectError(error: string): string {
  return `Slack said ${quoteAnswer(error, {}, 100)}. ${oauthErrorRule(error).cure}`;
}

function readAccess(
  response: SinkResponse,
  secrets: Secrets,
  now: number,
): { body: JsonObject; tokens: SlackTokens } | OAuthRefusal | OAuthUnclear {
  const answer = readSlackAnswer(response);
  const retryAfterMs = readRetryAfterMs(response.headers["retry-after"], now) ?? null;
  if (answer.kind === "error" && response.status !== 429) {
    const { blame, cure } = oauthErrorRule(answer.error);
    const detail = `Slack said ${quoteAnswer(answer.error, secrets, 100)}. ${cure}`;
    if (blame === "transient") return { kind: "unclear", detail, retryAfterMs };
    return { kind: "refused", error: answer.error, blame, detail };
  }
  if (answer.kind !== "ok") return { ...unreadable(response.status), retryAfterMs };
  const { body } = answer;
  const botToken = text(body["access_token"]);
  const refreshToken = text(body["refresh_token"]);
  if (botToken === undefined || (body["token_type"] ?? "bot") !== "bot") {
    return unreadable(response.status);
  }
  const expiresInS = body["expires_in"];
  return {
    body,
    tokens: {
      botToken: new Secret(botToken),
      refreshToken: refreshToken === undefined ? null : new Secret(refreshToken),
      expiresInMs: typeof expiresInS === "number" ? expiresInS * 1_000 : null,
      scopes: readScopes(text(body["scope"])),
    },
  };
}

function unreadable(status: number): OAuthUnclear {
  return {
    kind: "unclear",
    detail:
      status >= 200 && status < 300
        ? `Slack answered ${status} without a bot token.`
        : `Slack answered ${status}.`,
    retryAfterMs: null,
  };
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Scopes as Slack lists them, in `scope` and in the header `x-oauth-scopes`. */
export function readScopes(list: string | undefined): readonly string[] {
  return (list ?? "")
    .split(",")
    .map((scope) => scope.trim())
    .filter((scope) => scope !== "");
}
