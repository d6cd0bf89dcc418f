/** Plain data that says what a simulated Slack looks like when it starts. */

export interface SlackChannelConfig {
  /** `C…`; Slack uses it for private channels too. */
  readonly id: string;
  /** Without `#`. */
  readonly name: string;
  readonly isPrivate?: boolean;
  readonly isArchived?: boolean;
  /** Whether the app's bot is in it. Default false. */
  readonly isMember?: boolean;
  readonly previousNames?: readonly string[];
  /** A workspace setting: `chat.update` answers `edit_window_closed`. */
  readonly isEditWindowClosed?: boolean;
  /** An error every post here meets, e.g. `restricted_action_read_only_channel`. */
  readonly postError?: string;
}

export interface SlackTokenConfig {
  /** `xoxb-…`. */
  readonly token: string;
  readonly scopes: readonly string[];
  /** An error every call with it meets: `token_revoked`, `account_inactive`, `token_expired`, … */
  readonly error?: string;
  /** Messages can be edited with tokens of the same bot only. Default: one bot per workspace. */
  readonly botId?: string;
}

export interface SlackWorkspaceConfig {
  /** `T…`. */
  readonly id: string;
  readonly name: string;
  /** The part before `.slack.com`. */
  readonly domain: string;
  readonly channels: readonly SlackChannelConfig[];
  readonly tokens: readonly SlackTokenConfig[];
}

/** The app whose OAuth flow is simulated. */
export interface SlackAppConfig {
  readonly id: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUris: readonly string[];
  /** True: tokens live 12 h and come with a single-use refresh token. */
  readonly hasTokenRotation: boolean;
  /** False: PKCE is answered with `pkce_not_allowed`. */
  readonly allowsPkce: boolean;
}

export interface SlackRates {
  /** Posts per second per channel in the long run. */
  readonly postsPerSecond: number;
  /** Posts taken at once in a channel that was quiet. */
  readonly postBurst: number;
  /** Calls per minute per method and workspace; methods left out are not limited. */
  readonly callsPerMinute: Readonly<Record<string, number>>;
}

/**
 * "About one message per second per channel", short bursts tolerated; tiers 2 (20+/min) and
 * 3 (50+/min) taken at their guaranteed figure. https://docs.slack.dev/apis/web-api/rate-limits
 */
export const defaultSlackRates: SlackRates = {
  postsPerSecond: 1,
  postBurst: 3,
  callsPerMinute: {
    "chat.update": 50,
    "conversations.info": 50,
    "conversations.join": 50,
    "conversations.list": 20,
    "oauth.v2.access": 600,
  },
};

export const unlimitedSlackRates: SlackRates = {
  postsPerSecond: Number.POSITIVE_INFINITY,
  postBurst: Number.POSITIVE_INFINITY,
  callsPerMinute: {},
};

/** Every scope this product asks for. */
export const allSlackScopes = [
  "chat:write",
  "chat:write.public",
  "channels:read",
  "groups:read",
  "channels:join",
] as const;

/** The token of `defaultSlackWorkspace`. */
export const defaultSlackToken = "xoxb-100000000001-200000000002-simulated";

/** A workspace with a channel of each kind, for tests that do not care and for the demo. */
export const defaultSlackWorkspace: SlackWorkspaceConfig = {
  id: "T0SIMULATED",
  name: "Simulated",
  domain: "simulated",
  tokens: [{ token: defaultSlackToken, scopes: ["chat:write", "channels:read", "groups:read"] }],
  channels: [
    { id: "C0ALERTS001", name: "security-alerts", isMember: true },
    { id: "C0PRIVATE01", name: "private-alerts", isPrivate: true, isMember: true },
    { id: "C0PRIVATE02", name: "private-elsewhere", isPrivate: true },
    { id: "C0OUTSIDE01", name: "not-invited" },
    { id: "C0ARCHIVED1", name: "old-alerts", isArchived: true, isMember: true },
  ],
};

export const defaultSlackApp: SlackAppConfig = {
  id: "A0SIMULATED",
  clientId: "100000000001.200000000002",
  clientSecret: "0123456789abcdef0123456789abcdef",
  redirectUris: [],
  hasTokenRotation: false,
  allowsPkce: true,
};
