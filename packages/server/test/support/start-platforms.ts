import {
  type SlackAppConfig,
  startDiscordSimulator,
  startPagerDutySimulator,
  startSlackSimulator,
  startSmtpReceiver,
  startTeamsSimulator,
  startWebhookReceiver,
} from "@event-sinks/simulators";

export type Platforms = Awaited<ReturnType<typeof startPlatforms>>;

/** A stand-in for every platform; stopped when the test ends. */
export async function startPlatforms(
  t: { after(run: () => Promise<unknown>): void },
  login?: { readonly user: string; readonly password: string },
  slackApp: Partial<SlackAppConfig> = {},
) {
  const [slack, pagerduty, webhook, teams, discord, smtp] = await Promise.all([
    startSlackSimulator({ rates: "unlimited", app: slackApp }),
    startPagerDutySimulator(),
    startWebhookReceiver(),
    startTeamsSimulator(),
    startDiscordSimulator(),
    startSmtpReceiver(login === undefined ? {} : { login }),
  ]);
  const platforms = { slack, pagerduty, webhook, teams, discord, smtp };
  t.after(() => Promise.all(Object.values(platforms).map((platform) => platform.stop())));
  return platforms;
}
