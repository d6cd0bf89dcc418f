import type { SimulatorClock } from "../clock.ts";
import { createSlidingWindow, type SlidingWindow } from "../loopback/sliding-window.ts";
import { createTokenBuckets, type TokenBuckets } from "./post-rate.ts";
import type {
  SlackAppConfig,
  SlackChannelConfig,
  SlackRates,
  SlackTokenConfig,
  SlackWorkspaceConfig,
} from "./slack-config.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export type Channel = Mutable<SlackChannelConfig>;

export interface MessageContent {
  readonly text: string;
  readonly blocks: readonly unknown[] | null;
  readonly attachments: readonly unknown[] | null;
}

/** A message as people in the channel would find it now, with how it came to be so. */
export interface SlackMessage extends MessageContent {
  readonly channel: string;
  readonly ts: string;
  /** The parent's `ts` for a reply in a thread. */
  readonly threadTs: string | null;
  /** A reply that is shown in the channel as well. */
  readonly isBroadcast: boolean;
  readonly metadata: unknown;
  readonly botId: string;
  /** Ms since the epoch. */
  readonly postedAt: number;
  readonly isDeleted: boolean;
  /** What it said before, oldest first. */
  readonly edits: readonly (MessageContent & { readonly editedAt: number })[];
}

export interface Workspace {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly channels: Channel[];
  readonly messages: Mutable<SlackMessage>[];
}

export interface Token {
  readonly token: string;
  readonly scopes: readonly string[];
  readonly workspace: Workspace;
  readonly botId: string;
  readonly expiresAt: number | null;
  error: string | null;
}

/** Text that would have called people, found unescaped in something that was posted. */
export interface Ping {
  readonly channel: string;
  readonly ts: string;
  /** e.g. `<!channel>`, `<@U012AB3CD>`, or `@here` where `link_names` makes it count. */
  readonly sequence: string;
  /** Where in the message, as a JSON pointer. */
  readonly at: string;
}

/** One call that got as far as naming a channel it may post to; for judging what came when. */
export interface PostCall {
  readonly method: string;
  readonly channel: string;
  readonly at: number;
  readonly outcome: "ok" | "ratelimited" | "refused";
  /** True when it came before an earlier 429 had said it might. */
  readonly isTooEarly: boolean;
  /** Until when a 429 asked to hold back, ms since the epoch. */
  readonly heldUntil: number | null;
}

export interface Grant {
  readonly workspace: Workspace;
  readonly scopes: readonly string[];
  readonly redirectUri: string | null;
  readonly codeChallenge: string | null;
  readonly expiresAt: number;
}

export interface SlackState {
  readonly clock: SimulatorClock;
  readonly app: SlackAppConfig;
  readonly workspaces: readonly Workspace[];
  readonly tokens: Map<string, Token>;
  readonly pings: Ping[];
  readonly postCalls: PostCall[];
  /** OAuth codes not yet exchanged, and refresh tokens not yet used. */
  readonly grants: Map<string, Grant>;
  readonly refreshTokens: Map<string, Pick<Grant, "workspace" | "scopes">>;
  readonly postRate: TokenBuckets;
  readonly methodRates: ReadonlyMap<string, SlidingWindow>;
  /** A `ts` that no message of this simulator had before; they only grow. */
  nextTs(): string;
}

export function createSlackState(
  clock: SimulatorClock,
  app: SlackAppConfig,
  workspaceConfigs: readonly SlackWorkspaceConfig[],
  rates: SlackRates,
): SlackState {
  let lastMicros = 0;
  const workspaces = workspaceConfigs.map((config) => ({
    id: config.id,
    name: config.name,
    domain: config.domain,
    channels: config.channels.map((channel) => ({ ...channel })),
    messages: [],
  }));
  const state: SlackState = {
    clock,
    app,
    workspaces,
    tokens: new Map(),
    pings: [],
    postCalls: [],
    grants: new Map(),
    refreshTokens: new Map(),
    postRate: createTokenBuckets(rates.postsPerSecond, rates.postBurst),
    methodRates: new Map(
      Object.entries(rates.callsPerMinute).map(([method, countMax]) => [
        method,
        createSlidingWindow(countMax, 60_000),
      ]),
    ),
    nextTs() {
      lastMicros = Math.max(lastMicros + 1, clock.now() * 1000);
      const seconds = Math.floor(lastMicros / 1_000_000);
      return `${seconds}.${String(lastMicros % 1_000_000).padStart(6, "0")}`;
    },
  };
  workspaceConfigs.forEach((config, index) => {
    const workspace = workspaces[index];
    if (workspace === undefined) return;
    for (const token of config.tokens) addToken(state, workspace, token);
  });
  return state;
}

export function addToken(
  state: SlackState,
  workspace: Workspace,
  config: SlackTokenConfig,
  expiresAt: number | null = null,
): void {
  state.tokens.set(config.token, {
    token: config.token,
    scopes: config.scopes,
    workspace,
    botId: config.botId ?? `B${workspace.id.slice(1)}`,
    expiresAt,
    error: config.error ?? null,
  });
}

/** The app's bot user; it is the same person in a workspace whichever token is used. */
export const botUserId = (workspace: Workspace) => `U${workspace.id.slice(1)}`;
