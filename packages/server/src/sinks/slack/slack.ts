/**
 * Slack: alerts as messages of the Slack app's bot. `step.ts` begins the reading,
 * `conversation.ts` says what is told how.
 */

import type { JsonObject } from "../../domain/json.ts";
import type { Limit, Pace, SinkType } from "../sink-type.ts";
import {
  channelLabel,
  createArgs,
  readArgs,
  readSettings,
  slackTeamIdKey,
  updateArgs,
} from "./args.ts";
import { slackLimits } from "./blocks.ts";
import { rollUp } from "./roll-up.ts";
import { outcome, step } from "./step.ts";

const blockKit = "docs.slack.dev/reference/block-kit/blocks, read 2026-08";

const postsPerSecond = 1;

function limit(name: string, value: number, unit: string, source: string): Limit {
  return { name, value, unit, source };
}

export const slack = {
  type: "slack",
  wireName: "Slack",
  title: "Slack",
  createArgs,
  updateArgs,
  limits: [
    limit("blocks of a message", slackLimits.blocks, "blocks", blockKit),
    limit("header", slackLimits.headerLength, "characters", blockKit),
    limit("section", slackLimits.sectionLength, "characters", blockKit),
    limit("context", slackLimits.contextElements, "elements", blockKit),
    limit("actions", slackLimits.actionElements, "elements", blockKit),
    limit("button text", slackLimits.buttonTextLength, "characters", blockKit),
    limit("button URL", slackLimits.buttonUrlLength, "characters", blockKit),
    limit(
      "text",
      slackLimits.textLength,
      "characters",
      "api.slack.com/changelog/2018-04-truncating-really-long-messages (4,000), read 2026-08",
    ),
    limit(
      "all blocks together",
      slackLimits.blocksLength,
      "characters of JSON",
      "undocumented; refused from about 11,300: github.com/slackapi/bolt-js issues 2509 and 2867, read 2026-08",
    ),
    limit(
      "messages to one channel",
      postsPerSecond,
      "per second",
      "docs.slack.dev/apis/web-api/rate-limits, read 2026-08",
    ),
  ],
  timeoutMs: 20_000,
  resolvesTests: false,
  attemptsMax: 1,
  dropsResolvedTriggers: false,
  pace({ settings }): Pace {
    const { slackIntegrationId, channelId, wantedName } = readSettings(settings);
    const channel = channelId ?? `#${wantedName}`;
    // The workspace, where the engine knows it.
    const workspace = settings[slackTeamIdKey] ?? slackIntegrationId;
    return { key: `slack/${workspace}/${channel}`, burst: 1, perSecond: postsPerSecond };
  },
  rollUp,
  joinsRepeats: true,
  readArgs,
  configuration({ settings }): JsonObject {
    const { channelId, channelName, wantedName, slackIntegrationId } = readSettings(settings);
    return {
      channel_id: channelId,
      channel_name: channelName ?? wantedName,
      slack_integration_id: slackIntegrationId,
    };
  },
  target: (settings) => `Slack ${channelLabel(readSettings(settings))}`,
  step,
  outcome,
} satisfies SinkType;
