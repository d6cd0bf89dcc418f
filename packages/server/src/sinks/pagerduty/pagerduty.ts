/**
 * PagerDuty, Events API v2: an alert triggers, acknowledges or resolves the incident of
 * its dedup_key. PagerDuty drops repeats of an open key, so trying again is safe; what is
 * not safe is a trigger after its resolve, which the order of deliveries prevents, and a
 * resolve under another key than the trigger's (`routing-keys.ts`).
 */

import { userAgent } from "../../version.ts";
import type { SinkOutcome, SinkResponse, SinkType, StepInput } from "../sink-type.ts";
import { isKeyRefused, readAnswer } from "./answer.ts";
import { configuration, createArgs, enqueueUrl, readArgs, updateArgs } from "./args.ts";
import { eventBody } from "./event.ts";
import { dedupKeyLengthMax, eventBytesMax, summaryLengthMax } from "./event-limits.ts";
import { memoryToGoOn, memoryWhenDone, nextKey, ownKey, regionOf } from "./routing-keys.ts";

const triggerPage =
  "PagerDuty developer-docs, docs/events-API-v2/02-Trigger-Events.md, read 2026-08";

const eventsPerMinuteMax = 120;

export const pagerduty = {
  type: "pagerduty",
  wireName: "PagerDuty",
  title: "PagerDuty",
  createArgs,
  updateArgs,
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
      value: eventsPerMinuteMax,
      unit: "per minute",
      source: "PagerDuty developer-docs, docs/05-Rate-Limits.md, read 2026-08",
    },
  ],
  timeoutMs: 20_000,
  resolvesTests: true,
  // Of deliveries that may run side by side (triggers) each leaves the same memory behind.
  attemptsMax: 4,
  dropsResolvedTriggers: true,
  // A full bucket and what refills in a minute: never more than the limit in any 60 s.
  pace: (sink) => ({
    key: `pagerduty:${ownKey(sink).id}`,
    burst: eventsPerMinuteMax / 2,
    perSecond: eventsPerMinuteMax / 2 / 60,
  }),
  rollUp: null,
  joinsRepeats: false,
  readArgs,
  configuration,
  target: (settings) => (regionOf(settings) === "eu" ? "PagerDuty (EU)" : "PagerDuty"),
  step(input) {
    const { key, region } = nextKey(input);
    return {
      method: "POST",
      url: enqueueUrl(region, input.vendors),
      headers: { "content-type": "application/json", "user-agent": userAgent },
      body: eventBody(input.alert, key.reveal()),
      audience: "vendor",
    };
  },
  outcome: readOutcome,
} satisfies SinkType;

function readOutcome(response: SinkResponse, input: StepInput): SinkOutcome {
  const outcome = readAnswer(response, input);
  const goOn = memoryToGoOn(input);
  if (goOn !== null) {
    // A former key that was deleted since has nothing open any more.
    const isTold = outcome.kind === "delivered" || isKeyRefused(response);
    return isTold ? { kind: "next", memory: goOn } : outcome;
  }
  if (outcome.kind !== "delivered") return outcome;
  const memory = memoryWhenDone(input);
  return memory === undefined ? outcome : { ...outcome, memory };
}
