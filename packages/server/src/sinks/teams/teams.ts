/**
 * Microsoft Teams: each alert is an Adaptive Card, posted by a workflow that starts "When a
 * Teams webhook request is received". The workflow's URL carries its own signature, so it
 * is a secret.
 */

import { stringifyJson } from "../../domain/json.ts";
import { userAgent } from "../../version.ts";
import {
  readSecretUrl,
  revealUrl,
  secretUrlArgs,
  shownUrl,
  urlFingerprint,
} from "../secret-url.ts";
import type { SinkType } from "../sink-type.ts";
import { readAnswer } from "./answer.ts";
import { alertMessage, teamsLimits } from "./card.ts";

const connectorPage = "learn.microsoft.com/connectors/teams, Known issues, read 2026-11-23";
const ratePage =
  "MicrosoftDocs/msteams-docs, webhooks-and-connectors/how-to/connectors-using.md, Rate limiting, read 2026-11-23";

export const teams = {
  type: "teams",
  wireName: "MicrosoftTeams",
  title: "Microsoft Teams",
  ...secretUrlArgs(
    "Microsoft Teams sink",
    'The URL of a workflow "When a Teams webhook request is received", e.g. of the template "Send webhook alerts to a channel".',
    "https://prod-11.westeurope.logic.azure.com/workflows/7e2c2dc8cc4a4678b1113ede1d55d5a1/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=c-3iiBjByin64STF8bVGeRrjAu6qhGR7QAs_wZ-aF4Q",
  ),
  limits: [
    {
      name: "message",
      value: teamsLimits.messageBytes,
      unit: "bytes, about",
      source: connectorPage,
    },
    { name: "card as sent", value: teamsLimits.cardBytes, unit: "bytes", source: "our own" },
    { name: "buttons of a card", value: teamsLimits.actions, unit: "buttons", source: "our own" },
    { name: "requests of one webhook", value: 4, unit: "per second", source: ratePage },
    { name: "requests of one webhook", value: 60, unit: "per 30 s", source: ratePage },
  ],
  // A workflow answers 202 at once, but a cold one takes its time.
  timeoutMs: 30_000,
  resolvesTests: false,
  attemptsMax: 1,
  dropsResolvedTriggers: false,
  pace: ({ secrets }) => ({ key: `teams:${urlFingerprint(secrets)}`, burst: 4, perSecond: 1 }),
  rollUp: null,
  joinsRepeats: false,
  readArgs: (args, current) =>
    readSecretUrl(args, current, {
      wireName: "MicrosoftTeams",
      problem: (url) =>
        url.pathname.length > 8 || url.search.length > 8
          ? undefined
          : 'This is no URL of a Teams workflow: it has no path. In Teams open the channel\'s Workflows, choose "Send webhook alerts to a channel", and copy the URL it shows.',
      shownPath: () => "",
    }),
  configuration: ({ settings }) => ({ url: shownUrl(settings) }),
  target: (settings) => shownUrl(settings).replace(/\/\*+$/, ""),
  step: ({ alert, secrets }) => ({
    method: "POST",
    url: revealUrl(secrets),
    headers: { "content-type": "application/json", "user-agent": userAgent },
    body: stringifyJson(alertMessage(alert)),
    audience: "sink",
  }),
  outcome: readAnswer,
} satisfies SinkType;
