import { createHash, randomBytes } from "node:crypto";
import type { SlackCall } from "./slack-call.ts";
import { type MethodResult, refuse, type SlackMethod } from "./slack-method.ts";
import { addToken, botUserId, type Grant, type SlackState } from "./slack-state.ts";

const codeLifeMs = 10 * 60_000;
/** https://docs.slack.dev/authentication/using-token-rotation */
const rotatedTokenLifeS = 43_200;

export const authTest: SlackMethod = {
  acceptsJson: true,
  needsToken: true,
  run: (_call, token) => ({
    ok: true,
    body: {
      url: `https://${token.workspace.domain}.slack.com/`,
      team: token.workspace.name,
      user: "event_sinks",
      team_id: token.workspace.id,
      user_id: botUserId(token.workspace),
      bot_id: token.botId,
      is_enterprise_install: false,
    },
  }),
};

/**
 * What the consent page does once a person has clicked: the address the browser is sent back
 * to, or the error the page shows. `authorizeUrl` is the link to /oauth/v2/authorize.
 */
export function approveInstall(
  state: SlackState,
  authorizeUrl: string,
  isApproved: boolean,
): { readonly callbackUrl: string } | { readonly error: string } {
  const query = new URL(authorizeUrl, "http://127.0.0.1").searchParams;
  if (query.get("client_id") !== state.app.clientId) return { error: "invalid_client_id" };
  const scopes = (query.get("scope") ?? "").split(",").filter((scope) => scope !== "");
  if (scopes.length === 0) return { error: "no_scopes" };
  const redirectUri = query.get("redirect_uri");
  const target = redirectUri ?? state.app.redirectUris[0];
  const { redirectUris } = state.app;
  const isKnown = redirectUris.length === 0 || redirectUris.some((uri) => target?.startsWith(uri));
  if (target === undefined || !isKnown) return { error: "bad_redirect_uri" };
  const codeChallenge = query.get("code_challenge");
  if (codeChallenge !== null && !state.app.allowsPkce) return { error: "pkce_not_allowed" };
  if (codeChallenge !== null && query.get("code_challenge_method") !== "S256") {
    return { error: "invalid_code_challenge_method" };
  }
  const team = query.get("team");
  const workspace = state.workspaces.find((each) => team === null || each.id === team);
  if (workspace === undefined) return { error: "invalid_team" };

  const callback = new URL(target);
  const anything = query.get("state");
  if (anything !== null) callback.searchParams.set("state", anything);
  if (!isApproved) {
    callback.searchParams.set("error", "access_denied");
    return { callbackUrl: callback.href };
  }
  const code = `${workspace.id}.${randomBytes(16).toString("hex")}`;
  const expiresAt = state.clock.now() + codeLifeMs;
  state.grants.set(code, { workspace, scopes, redirectUri, codeChallenge, expiresAt });
  callback.searchParams.set("code", code);
  return { callbackUrl: callback.href };
}

const textArg = (call: SlackCall, name: string): string | null => {
  const value = call.args[name];
  return typeof value === "string" && value !== "" ? value : null;
};

export const oauthV2Access: SlackMethod = {
  acceptsJson: false,
  needsToken: false,
  run(call, _token, state) {
    const clientId = call.basic?.user ?? textArg(call, "client_id");
    const clientSecret = call.basic?.password ?? textArg(call, "client_secret");
    if (clientId !== state.app.clientId) return refuse("invalid_client_id");
    if (clientSecret !== state.app.clientSecret) return refuse("bad_client_secret");
    const grantType = textArg(call, "grant_type") ?? "authorization_code";
    if (grantType === "refresh_token") return refresh(call, state);
    if (grantType !== "authorization_code") return refuse("invalid_grant_type");
    return exchange(call, state);
  },
};

function exchange(call: SlackCall, state: SlackState): MethodResult {
  const code = textArg(call, "code");
  const grant = code === null ? undefined : state.grants.get(code);
  if (code === null || grant === undefined || grant.expiresAt <= state.clock.now()) {
    return refuse("invalid_code");
  }
  const redirectUri = textArg(call, "redirect_uri");
  if (redirectUri !== grant.redirectUri) return refuse("bad_redirect_uri");
  const verifier = textArg(call, "code_verifier");
  if (verifier !== null && !state.app.allowsPkce) return refuse("pkce_not_allowed");
  const challenge =
    verifier === null ? null : createHash("sha256").update(verifier).digest("base64url");
  if (challenge !== grant.codeChallenge) return refuse("invalid_code_verifier");
  state.grants.delete(code);
  return install(grant, state);
}

function refresh(call: SlackCall, state: SlackState): MethodResult {
  const old = textArg(call, "refresh_token");
  const grant = old === null ? undefined : state.refreshTokens.get(old);
  if (old === null || grant === undefined) return refuse("invalid_refresh_token");
  state.refreshTokens.delete(old);
  return install(grant, state);
}

function install(grant: Pick<Grant, "workspace" | "scopes">, state: SlackState): MethodResult {
  const { workspace, scopes } = grant;
  const isRotated = state.app.hasTokenRotation;
  const secret = randomBytes(12).toString("hex");
  const token = isRotated ? `xoxe.xoxb-1-${secret}` : `xoxb-${workspace.id}-${secret}`;
  const refreshToken = `xoxe-1-${randomBytes(12).toString("hex")}`;
  const expiresAt = isRotated ? state.clock.now() + rotatedTokenLifeS * 1000 : null;
  addToken(state, workspace, { token, scopes }, expiresAt);
  if (isRotated) state.refreshTokens.set(refreshToken, { workspace, scopes });
  return {
    ok: true,
    body: {
      access_token: token,
      token_type: "bot",
      scope: scopes.join(","),
      bot_user_id: botUserId(workspace),
      app_id: state.app.id,
      ...(isRotated ? { expires_in: rotatedTokenLifeS, refresh_token: refreshToken } : {}),
      team: { id: workspace.id, name: workspace.name },
      enterprise: null,
      is_enterprise_install: false,
      authed_user: { id: "U0INSTALLER" },
    },
  };
}
