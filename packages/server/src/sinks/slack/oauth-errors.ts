/**
 * What Slack's refusals around an install and a refresh mean: whose the fault is, and the
 * cure in words a person can act on.
 *
 * Strings: oauth.v2.access (docs.slack.dev/reference/methods/oauth.v2.access, read 2026-11-23)
 * with the PKCE ones of docs.slack.dev/authentication/using-pkce, and the `error` parameter
 * of the redirect (RFC 6749 section 4.1.2.1 and Slack's own).
 */

/**
 * `grant`: this code or refresh token is no good, only a new install helps.
 * `app`: the Slack app or this service's settings are wrong, for every install alike.
 * `workspace`: the workspace, or the person who installs, may not.
 * `transient`: it may pass.
 */
export type OAuthBlame = "grant" | "app" | "workspace" | "transient";

export interface OAuthErrorRule {
  readonly blame: OAuthBlame;
  readonly cure: string;
}

const startAnew = "Start again with a new link from POST /v1/slack_integration/install.";
const later = "Slack has a fault of its own.";
const ourBug = "This is a fault in Event Sinks; please report it.";
const askAdmin = "Ask an administrator of the Slack workspace.";
const clientSettings =
  "Check EVENT_SINKS_SLACK_CLIENT_ID and EVENT_SINKS_SLACK_CLIENT_SECRET against the Slack app's Basic Information page.";
const withoutPkce =
  'The Slack app has not turned PKCE on. Start again with `"pkce": false` in POST /v1/slack_integration/install.';

const groups: Readonly<Record<OAuthBlame, Readonly<Record<string, string>>>> = {
  grant: {
    access_denied: `The install was not approved in Slack. ${startAnew}`,
    invalid_code: `The code from Slack is not valid, was used before or is older than ten minutes. ${startAnew}`,
    invalid_code_verifier: `The code from Slack belongs to another install. ${startAnew}`,
    code_already_used: `The code from Slack was used before. ${startAnew}`,
    invalid_refresh_token: `Slack no longer knows the refresh token, so the bot token cannot be renewed. ${startAnew}`,
    token_revoked: `The token was revoked. ${startAnew}`,
    token_expired: `The token has run out. ${startAnew}`,
    account_inactive: `The app was removed from the workspace. ${startAnew}`,
    invalid_auth: `Slack no longer accepts the token. ${startAnew}`,
    invalid_state: `Slack sent back another state than it was given. ${startAnew}`,
  },
  app: {
    invalid_client_id: `Slack knows no app with this Client ID. ${clientSettings}`,
    bad_client_secret: `The Client Secret is not the one of the Slack app. ${clientSettings}`,
    invalid_client: clientSettings,
    unauthorized_client: clientSettings,
    bad_redirect_uri:
      "The Slack app does not list this service's callback. Add the redirect URL under OAuth & Permissions, and check EVENT_SINKS_PUBLIC_URL.",
    redirect_uri_mismatch:
      "The Slack app does not list this service's callback. Add the redirect URL under OAuth & Permissions, and check EVENT_SINKS_PUBLIC_URL.",
    no_scopes:
      "The Slack app has no bot scopes. Add those of docs/slack.md under OAuth & Permissions.",
    invalid_scope:
      "The Slack app may not have a scope that was asked for. Add those of docs/slack.md under OAuth & Permissions.",
    oauth_authorization_url_mismatch:
      "The install did not begin at /oauth/v2/authorize. Check EVENT_SINKS_SLACK_API_URL.",
    invalid_team_for_non_distributed_app:
      "The Slack app is not distributed, so only its own workspace can install it. Turn distribution on under Manage Distribution.",
    bad_client_id: `Slack knows no app with this Client ID. ${clientSettings}`,
    pkce_not_allowed: withoutPkce,
    invalid_code_challenge: withoutPkce,
    invalid_code_challenge_method: withoutPkce,
    invalid_grant_type: ourBug,
    unsupported_response_type: ourBug,
    invalid_request: ourBug,
    invalid_arg_name: ourBug,
    invalid_arguments: ourBug,
    invalid_array_arg: ourBug,
    invalid_charset: ourBug,
    invalid_form_data: ourBug,
    invalid_post_type: ourBug,
    missing_post_type: ourBug,
    method_deprecated: ourBug,
    deprecated_endpoint: ourBug,
    unknown_method: "EVENT_SINKS_SLACK_API_URL does not lead to Slack's Web API. Check it.",
  },
  workspace: {
    cannot_install_an_org_installed_app:
      "The app is installed for the whole Slack organisation already. Ask its administrator to give the workspace access.",
    invalid_team: "Slack knows no such workspace, or you are not a member. Choose another.",
    unapproved_scope: `The workspace has not approved all scopes of the app. ${askAdmin}`,
    org_required: "The app can be installed in a Slack organisation only.",
    preview_feature_not_available: `Slack does not offer this to the workspace. ${askAdmin}`,
    user_email_unverified:
      "Slack wants the e-mail address of whoever installs confirmed first. Confirm it, then start again.",
    accesslimited: `Slack limits access from this network. ${askAdmin}`,
    access_limited: `Slack limits access from this network. ${askAdmin}`,
    team_access_not_granted: `The workspace has not given the app access. ${askAdmin}`,
    two_factor_setup_required:
      "The workspace asks for two-factor set-up of whoever installs. Set it up, then start again.",
    no_permission: `Whoever installs may not add apps. ${askAdmin}`,
    is_bot: "A bot cannot install the app. Sign in to Slack as a person.",
  },
  transient: {
    ratelimited: later,
    rate_limited: later,
    internal_error: later,
    fatal_error: later,
    server_error: later,
    service_unavailable: later,
    temporarily_unavailable: later,
    request_timeout: later,
    team_added_to_org:
      "The workspace is being moved into an organisation, which takes Slack some hours.",
    org_login_required:
      "The workspace is being moved into an organisation, which takes Slack some hours.",
  },
};

const rules: ReadonlyMap<string, OAuthErrorRule> = new Map(
  (["grant", "app", "workspace", "transient"] as const).flatMap((blame) =>
    Object.entries(groups[blame]).map(([error, cure]) => [error, { blame, cure }] as const),
  ),
);

/** An error no page names is not taken for the end of an install: a later try may go well. */
const unknownRule: OAuthErrorRule = {
  blame: "transient",
  cure: "Slack's documentation does not name this error.",
};

export function oauthErrorRule(error: string): OAuthErrorRule {
  return rules.get(error) ?? unknownRule;
}
