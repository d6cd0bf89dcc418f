/**
 * All sink types. A new one is a folder beside this file and a line in each of the two
 * places the compiler points at: `SinkTypeName` and the record below.
 */

import type { SinkTypeName } from "../domain/event-sink.ts";
import { discord } from "./discord/discord.ts";
import { email } from "./email/email.ts";
import { pagerduty } from "./pagerduty/pagerduty.ts";
import type { SinkType } from "./sink-type.ts";
import { slack } from "./slack/slack.ts";
import { teams } from "./teams/teams.ts";
import { webhook } from "./webhook/webhook.ts";

/** By folder name, which is also what the store keeps. */
export const sinkTypes: Readonly<Record<SinkTypeName, SinkType>> = {
  discord,
  email,
  pagerduty,
  slack,
  teams,
  webhook,
};

const byWireName: ReadonlyMap<string, SinkType> = new Map(
  Object.values(sinkTypes).map((sinkType) => [sinkType.wireName, sinkType]),
);

/** By its name on the wire, e.g. `PagerDuty`; undefined when there is no such type. */
export function sinkTypeByWireName(wireName: string): SinkType | undefined {
  return byWireName.get(wireName);
}
