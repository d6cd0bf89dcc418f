import type { SlackIntegration } from "../../domain/event-sink.ts";
import { noteVerdict } from "../../engine/note-slack-verdict.ts";
import type { SlackRefresher } from "../../engine/refresh-slack-token.ts";
import type { Secret, Secrets } from "../../secret.ts";
import type { SinkRequest, SinkResponse } from "../../sinks/sink-type.ts";
import { readSlackAnswer, type SlackAccess } from "../../sinks/slack/api.ts";
import { botTokenName } from "../../sinks/slack/step.ts";
import type { HttpDeps } from "../http-deps.ts";

/** For all requests of one look-up together. */
const lookUpMsMax = 5_000;

export type AskContext = Pick<HttpDeps, "outbound" | "clock" | "settings">;

export type CallerContext = AskContext &
  Pick<HttpDeps, "store" | "sealer" | "log"> & { readonly slackRefresher: SlackRefresher };

/** Sends a request to Slack; null when there is no answer before the time for the look-up is used up. */
export type Ask = (request: SinkRequest) => Promise<SinkResponse | null>;

export function createAsk({ outbound, clock }: AskContext): Ask {
  const until = clock.now() + lookUpMsMax;
  return async ({ method, url, headers, body, responseBytesMax }) => {
    const timeoutMs = until - clock.now();
    if (timeoutMs <= 0) return null;
    const policy = "vendor";
    const request = { method, url, headers, body, responseBytesMax, policy, timeoutMs } as const;
    const result = await outbound.send(request);
    return result.kind === "response" ? result : null;
  };
}

/** Calls Slack with an integration's token. */
export interface SlackCaller {
  /** Null when Slack gave no answer in time, or none that counts: the token ran out and cannot be renewed now. */
  call(build: (access: SlackAccess) => SinkRequest): Promise<SinkResponse | null>;
  /** The secrets in use, to be masked in what is shown. */
  secrets(): Secrets;
}

/**
 * A caller for one look-up, which may take 5 s in all, and a refresh besides. A token that has run out is
 * renewed once; an install that is over is put on record.
 */
export function createSlackCaller(
  integration: SlackIntegration,
  context: CallerContext,
): SlackCaller {
  const { sealer, settings, slackRefresher } = context;
  let ask = createAsk(context);
  let current = integration;
  let secrets = sealer.unseal(current.sealedSecrets, current);
  let mayRefresh = true;

  async function refresh(): Promise<boolean> {
    mayRefresh = false;
    const result = await slackRefresher.refresh(current, true);
    if (result.kind !== "refreshed") return false;
    current = result.integration;
    secrets = sealer.unseal(current.sealedSecrets, current);
    ask = createAsk(context);
    return true;
  }

  return {
    secrets: () => secrets,
    async call(build) {
      const send = () => ask(build(accessOf(secrets[botTokenName], settings)));
      const { tokenExpiresAt } = current;
      if (mayRefresh && tokenExpiresAt !== null && tokenExpiresAt <= context.clock.now()) {
        if (!(await refresh())) return null;
      }
      const response = await send();
      if (response === null) return null;
      await noteVerdict(current, response, context);
      const answer = readSlackAnswer(response);
      const isExpired = answer.kind === "error" && answer.error === "token_expired";
      if (!isExpired) return response;
      return mayRefresh && (await refresh()) ? send() : null;
    },
  };
}

function accessOf(botToken: Secret | undefined, settings: HttpDeps["settings"]): SlackAccess {
  return { slackApi: settings.vendors.slackApi, botToken };
}
