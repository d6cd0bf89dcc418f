/**
 * PagerDuty, Events API v2: an alert triggers, acknowledges or resolves the incident of
 * its dedup_key. PagerDuty drops repeats of an open key, so trying again is safe; what is
 * not safe is a trigger after its resolve, which the order of deliveries prevents.
 */

import { Type } from "typebox";
import type { JsonObject } from "../../domain/json.ts";
import { Secret } from "../../secret.ts";
import { userAgent } from "../../version.ts";
import { refuse, textArg } from "../args.ts";
import type { ReadArgsResult, SinkType } from "../sink-type.ts";
import { readAnswer } from "./answer.ts";
import { dedupKeyLengthMax, eventBody, eventBytesMax, summaryLengthMax } from "./event.ts";

const keyPattern = "^[A-Za-z0-9]{32}$";
const keySecretName = "integration_key";

const integrationKey = Type.String({
  title: "Integration key",
  description:
    "The Events API v2 integration key of a PagerDuty service: 32 letters and digits. It is kept secret and never returned.",
  pattern: keyPattern,
  examples: ["e93facc04764012d7bfb002500d5d1a6"],
});

const args = (title: string) =>
  Type.Object(
    { integration_key: integrationKey },
    {
      additionalProperties: false,
      title,
      examples: [{ integration_key: "e93facc04764012d7bfb002500d5d1a6" }],
    },
  );

const triggerPage =
  "PagerDuty developer-docs, docs/events-API-v2/02-Trigger-Events.md, read 2026-08";

export const pagerduty = {
  type: "pagerduty",
  wireName: "PagerDuty",
  title: "PagerDuty",
  createArgs: args("PagerDuty sink"),
  updateArgs: args("Changes to a PagerDuty sink"),
  limits: [
    { name: "summary", value: summaryLengthMax, unit: "characters", source: triggerPage },
    { name: "dedup_key", value: dedupKeyLengthMax, unit: "characters", source: triggerPage },
    {
      name: "event",
      value: eventBytesMax,
      unit: "bytes",
      source: "PagerDuty developer-docs, docs/events-API-v2/01-Overview.md, read 2026-08",
    },
    {
      name: "events for one integration key",
      value: 120,
      unit: "per minute",
      source: "PagerDuty developer-docs, docs/05-Rate-Limits.md, read 2026-08",
    },
  ],
  timeoutMs: 20_000,
  resolvesTests: true,
  attemptsMax: 16,
  dropsResolvedTriggers: true,
  pace: () => null,
  rollUp: null,
  readArgs,
  configuration: () => null,
  target: () => "PagerDuty",
  step: ({ alert, secrets, vendors }) => ({
    method: "POST",
    url: `${vendors.pagerduty}/v2/enqueue`,
    headers: { "content-type": "application/json", "user-agent": userAgent },
    body: eventBody(alert, secrets[keySecretName]?.reveal() ?? ""),
    audience: "vendor",
  }),
  outcome: readAnswer,
} satisfies SinkType;

function readArgs(args: JsonObject): ReadArgsResult {
  const key = textArg(args, "integration_key") ?? "";
  if (!new RegExp(keyPattern).test(key)) {
    return refuse(
      "PagerDuty.integration_key",
      "An Events API v2 integration key has exactly 32 letters and digits. Copy it from the service's Integrations in PagerDuty.",
    );
  }
  return { ok: true, settings: {}, secrets: { [keySecretName]: new Secret(key) } };
}
