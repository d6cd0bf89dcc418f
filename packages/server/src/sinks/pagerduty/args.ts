/** What a PagerDuty sink is set up with: an integration key, and where the account lives. */

import type { JsonObject } from "../../domain/json.ts";
import { Secret, type Secrets } from "../../secret.ts";
import { argsSchema, refuse, textArg } from "../args.ts";
import type { ReadArgsResult, SinkSettings, VendorUrls } from "../sink-type.ts";
import {
  formerKeyName,
  ownKeyName,
  readFormerKeys,
  regionOf,
  routingKeyId,
} from "./routing-keys.ts";

const keyPattern = "^[A-Za-z0-9]{32}$";

const integrationKey = {
  type: "string",
  title: "Integration key",
  description:
    "The Events API v2 integration key of a PagerDuty service: 32 letters and digits. It is kept secret and never returned.",
  pattern: keyPattern,
  examples: ["e93facc04764012d7bfb002500d5d1a6"],
};

const region = {
  enum: ["us", "eu"],
  title: "Region",
  description:
    "Where the PagerDuty account lives: `us` unless its address is `*.eu.pagerduty.com`.",
};

const exampleArgs = { integration_key: "e93facc04764012d7bfb002500d5d1a6" };

export const createArgs = argsSchema(
  { integration_key: integrationKey, region },
  { required: ["integration_key"], title: "PagerDuty sink", examples: [exampleArgs] },
);

export const updateArgs = argsSchema(
  { integration_key: integrationKey, region },
  { title: "Changes to a PagerDuty sink", examples: [exampleArgs] },
);

/** How many keys before the present one are kept for the incidents they opened. */
const formerKeysMax = 5;

/** Reads the arguments; a key that is replaced is kept, sealed, for what it still has open. */
export function readArgs(args: JsonObject, current: SinkSettings | null): ReadArgsResult {
  const given = textArg(args, "integration_key");
  const present = current?.secrets[ownKeyName];
  const key = given === undefined ? present : new Secret(given);
  if (key === undefined || !new RegExp(keyPattern).test(key.reveal())) {
    return refuse(
      "PagerDuty.integration_key",
      "An Events API v2 integration key has exactly 32 letters and digits. Copy it from the service's Integrations in PagerDuty.",
    );
  }
  const chosen = textArg(args, "region") ?? current?.settings["region"];
  return {
    ok: true,
    settings: chosen === undefined ? {} : { region: chosen },
    secrets: { [ownKeyName]: key, ...formerSecrets(key, current) },
  };
}

/** Oldest first. */
function formerSecrets(key: Secret, current: SinkSettings | null): Secrets {
  const present = current?.secrets[ownKeyName];
  if (current === null || present === undefined) return {};
  const former = new Map(
    readFormerKeys(current).map(({ id, region, key }) => [formerKeyName(region, id), key]),
  );
  if (present.reveal() !== key.reveal()) {
    former.set(formerKeyName(regionOf(current.settings), routingKeyId(present)), present);
  }
  const kept = [...former].filter(([, one]) => one.reveal() !== key.reveal());
  return Object.fromEntries(kept.slice(-formerKeysMax));
}

/** Documented as null; a region shows once it was chosen. */
export function configuration({ settings }: SinkSettings): JsonObject | null {
  const { region } = settings;
  return region === undefined ? null : { region };
}

/** PagerDuty's own origins; an operator who sets another one gets everything there. */
const usOrigin = "https://events.pagerduty.com";
const euOrigin = "https://events.eu.pagerduty.com";

export function enqueueUrl(region: "us" | "eu", vendors: VendorUrls): string {
  const isDefault = vendors.pagerduty === usOrigin;
  return `${isDefault && region === "eu" ? euOrigin : vendors.pagerduty}/v2/enqueue`;
}
