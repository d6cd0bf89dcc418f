import { isJsonObject } from "../../domain/json.ts";
import type { Reason } from "../../domain/reason.ts";
import { readJsonObject } from "../answer-json.ts";
import { rateLimitMsDefault, readHttpStatus } from "../http-status.ts";
import type { SinkOutcome, SinkResponse, StepInput } from "../sink-type.ts";
import { quoteAnswer } from "../text.ts";

export interface TeamsFault {
  readonly reason: Reason;
  readonly cure: string;
}

const makeAnew =
  'In Teams open the channel\'s Workflows, choose "Send webhook alerts to a channel", copy the URL it shows, and save the sink with it.';

/**
 * What Power Automate, which runs Teams' workflows, answers when the workflow itself is at
 * fault: error codes of the Request trigger (learn.microsoft.com, Azure Logic Apps, "Receive
 * and respond to inbound HTTPS calls", and as reported in public issues, read 2026-11-23).
 */
export const teamsFaults: Readonly<Record<string, TeamsFault>> = {
  WorkflowTriggerIsNotEnabled: {
    reason: "not_found",
    cure: `The workflow was turned off or deleted. Turn it on in the Workflows app of Teams. If it is gone: ${makeAnew}`,
  },
  WorkflowNotFound: { reason: "not_found", cure: `The workflow was deleted. ${makeAnew}` },
  TriggerInputSchemaMismatch: {
    reason: "payload_refused",
    cure: `The workflow's trigger expects another body than a message with an Adaptive Card. ${makeAnew}`,
  },
  DirectApiAuthorizationRequired: {
    reason: "auth_failed",
    cure: 'The workflow asks for a sign-in, or the URL is cut short (it ends with "&sig=…"). Set "Who can trigger the flow" to Anyone and copy the whole URL again.',
  },
  InvalidSharedAccessSignature: {
    reason: "auth_failed",
    cure: `The signature in the URL is not valid any more. ${makeAnew}`,
  },
  AuthorizationFailed: {
    reason: "auth_failed",
    cure: `The signature in the URL is not valid any more. ${makeAnew}`,
  },
};

/** An Office 365 connector, which still answers so in places: "Sending messages to connectors and webhooks", Rate limiting. */
const connectorFailure = /Microsoft Teams endpoint returned HTTP error (\d{3})/;

/** What the answer to a workflow's webhook means. */
export function readAnswer(response: SinkResponse, input: StepInput): SinkOutcome {
  const { status } = response;
  if (status >= 200 && status < 300) return readTaken(response, input);
  const code = errorCodeOf(response.body);
  const fault = teamsFaults[code];
  if (status >= 400 && status < 500 && fault !== undefined) {
    const { reason, cure } = fault;
    return { kind: "rejected", reason, isSinkFault: true, detail: `Teams (${code}): ${cure}` };
  }
  if (status === 401 || status === 403) {
    return {
      kind: "rejected",
      reason: "auth_failed",
      isSinkFault: true,
      detail: `Teams answered ${status}: the URL does not authorise any more. ${makeAnew}`,
    };
  }
  if (status === 404 || status === 410) {
    return {
      kind: "rejected",
      reason: status === 410 ? "gone" : "not_found",
      isSinkFault: true,
      ...(status === 410 ? { pausesSink: true as const } : {}),
      detail: `Teams answered ${status}: nothing is at the URL. ${makeAnew}`,
    };
  }
  if (status === 400 || status === 413) {
    const words = quoteAnswer(response.body, input.secrets, 500);
    return {
      kind: "rejected",
      reason: "payload_refused",
      detail: `Teams refused the card (${words || status}).`,
    };
  }
  return readHttpStatus(response, "Teams", input.now);
}

/**
 * 202: the workflow was started, which says nothing about its end. Teams tells nobody
 * outside whether the card was posted.
 */
function readTaken({ status, body }: SinkResponse, { secrets }: StepInput): SinkOutcome {
  const failed = connectorFailure.exec(body)?.[1];
  if (failed === "429") {
    return {
      kind: "retry",
      reason: "rate_limited",
      detail: `Teams answered ${status} and said "HTTP error 429": too many requests.`,
      retryAfterMs: rateLimitMsDefault,
    };
  }
  if (failed !== undefined) {
    return {
      kind: "retry",
      reason: "server_error",
      detail: `Teams answered ${status} with a failure: ${quoteAnswer(body, secrets)}`,
    };
  }
  return {
    kind: "delivered",
    detail:
      "The workflow was started. If no card appears in Teams, its run history in Power Automate says why.",
  };
}

/** `code` of `{"error": {"code", "message"}}`, or of the same without `error` around it. */
function errorCodeOf(text: string): string {
  const body = readJsonObject(text);
  const error = isJsonObject(body?.["error"]) ? body["error"] : body;
  const code = error?.["code"];
  return typeof code === "string" && Object.hasOwn(teamsFaults, code) ? code : "";
}
