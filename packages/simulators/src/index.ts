export { realClock, type SimulatorClock } from "./clock.ts";
export {
  type DiscordMessage,
  type DiscordOptions,
  type DiscordSimulator,
  startDiscordSimulator,
} from "./discord/discord-simulator.ts";
export type { Behaviour, Match } from "./loopback/behaviours.ts";
export type { LoopbackOptions, Simulator } from "./loopback/loopback-server.ts";
export type { Answer, ReceivedRequest } from "./loopback/received-request.ts";
export type { EventEffect, PagerDutyAlert } from "./pagerduty/alert-book.ts";
export {
  type AcceptedEvent,
  defaultRoutingKey,
  type PagerDutyOptions,
  type PagerDutySimulator,
  startPagerDutySimulator,
} from "./pagerduty/pagerduty-simulator.ts";
export {
  allSlackScopes,
  defaultSlackApp,
  defaultSlackRates,
  defaultSlackToken,
  defaultSlackWorkspace,
  type SlackAppConfig,
  type SlackChannelConfig,
  type SlackRates,
  type SlackTokenConfig,
  type SlackWorkspaceConfig,
} from "./slack/slack-config.ts";
export {
  type SlackOptions,
  type SlackSimulator,
  startSlackSimulator,
} from "./slack/slack-simulator.ts";
export type { Ping, PostCall, SlackMessage } from "./slack/slack-state.ts";
export {
  type ReceivedMail,
  type SmtpReceiver,
  type SmtpReceiverOptions,
  type SmtpStage,
  startSmtpReceiver,
} from "./smtp/smtp-receiver.ts";
export {
  startTeamsSimulator,
  type TeamsOptions,
  type TeamsSimulator,
} from "./teams/teams-simulator.ts";
export { type Verification, verifySignature } from "./webhook/signature.ts";
export {
  startWebhookReceiver,
  type WebhookDelivery,
  type WebhookReceiver,
  type WebhookReceiverOptions,
} from "./webhook/webhook-receiver.ts";
