/**
 * Discord: each alert is a message of one embed, posted through a webhook of a channel.
 * The webhook's URL is all the authority there is, so it is a secret.
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
import { alertMessage, discordLimits } from "./embed.ts";

const webhookPage = "docs.discord.com/developers/resources/webhook, read 2026-11-23";
const embedPage =
  "docs.discord.com/developers/resources/message#embed-object-embed-limits, read 2026-11-23";
/** Discord publishes no figures, only headers; these are what has been seen for years. */
const ratePage = "not published; seen in the X-RateLimit headers of webhooks, read 2026-11-23";

/** `/api/webhooks/{id}/{token}`, with or without a version. */
const pathPattern = /^(\/api(?:\/v\d+)?\/webhooks\/\d{1,25})\/[A-Za-z0-9._-]{12,}$/;

export const discord = {
  type: "discord",
  wireName: "Discord",
  title: "Discord",
  ...secretUrlArgs(
    "Discord sink",
    "The URL of a webhook: channel settings, Integrations, Webhooks, Copy Webhook URL. `?thread_id=` posts into a thread.",
    "https://discord.com/api/webhooks/223704706495545344/3d89bb7572e0fb30d8128367b3b1b44fecd1726de135cbe28a41f8b2f777c372ba2939e72279b94526ff5d1bd4358d65cf11",
  ),
  limits: [
    { name: "embeds", value: discordLimits.embeds, unit: "embeds", source: webhookPage },
    {
      name: "content",
      value: discordLimits.contentLength,
      unit: "characters",
      source: webhookPage,
    },
    { name: "title", value: discordLimits.titleLength, unit: "characters", source: embedPage },
    {
      name: "description",
      value: discordLimits.descriptionLength,
      unit: "characters",
      source: embedPage,
    },
    { name: "fields", value: discordLimits.fields, unit: "fields", source: embedPage },
    {
      name: "field name",
      value: discordLimits.fieldNameLength,
      unit: "characters",
      source: embedPage,
    },
    {
      name: "field value",
      value: discordLimits.fieldValueLength,
      unit: "characters",
      source: embedPage,
    },
    { name: "footer", value: discordLimits.footerLength, unit: "characters", source: embedPage },
    {
      name: "all texts of the embeds",
      value: discordLimits.embedLength,
      unit: "characters",
      source: embedPage,
    },
    { name: "requests of one webhook", value: 5, unit: "per 2 s", source: ratePage },
    { name: "webhook messages in one channel", value: 30, unit: "per minute", source: ratePage },
  ],
  timeoutMs: 20_000,
  resolvesTests: false,
  attemptsMax: 1,
  dropsResolvedTriggers: false,
  // 5 at once and 24 a minute: never over 5 in 2 s, nor over 30 in any minute.
  pace: ({ secrets }) => ({
    key: `discord:${urlFingerprint(secrets)}`,
    burst: 5,
    perSecond: 0.4,
  }),
  rollUp: null,
  joinsRepeats: false,
  readArgs: (args, current) =>
    readSecretUrl(args, current, {
      wireName: "Discord",
      problem: (url) =>
        pathPattern.test(url.pathname)
          ? undefined
          : "This is no URL of a Discord webhook, which looks like https://discord.com/api/webhooks/…/… . In Discord open the channel's settings, Integrations, Webhooks, and copy the URL.",
      shownPath: (url) => pathPattern.exec(url.pathname)?.[1] ?? "",
    }),
  configuration: ({ settings }) => ({ url: shownUrl(settings) }),
  target: (settings) => shownUrl(settings).replace(/\/\*+$/, ""),
  step({ alert, secrets }) {
    const url = URL.parse(revealUrl(secrets));
    // Without it Discord answers before it knows whether the message was saved.
    url?.searchParams.set("wait", "true");
    return {
      method: "POST",
      url: url?.href ?? "",
      headers: { "content-type": "application/json", "user-agent": userAgent },
      body: stringifyJson(alertMessage(alert)),
      audience: "sink",
    };
  },
  outcome: readAnswer,
} satisfies SinkType;
