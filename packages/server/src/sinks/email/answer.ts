import type { SinkOutcome, SinkResponse, StepInput } from "../sink-type.ts";
import { quoteAnswer } from "../text.ts";

/**
 * What an SMTP reply means: RFC 5321 section 4.2 (2yz done, 4yz may pass, 5yz will not) and
 * section 4.3.2, read 2026-11-23. Which command it answers stands in the header
 * `smtp-command`, which the mailer adds. A refused recipient is the sink's fault; a refused
 * sender or login is the operator's, who may mend it while the retries last.
 */
export function readAnswer(response: SinkResponse, input: StepInput): SinkOutcome {
  const { status, headers } = response;
  const words = quoteAnswer(response.body, input.secrets, 400) || String(status);
  if (status >= 200 && status < 300) {
    const refused = headers["refused-recipients"];
    if (refused === undefined) return { kind: "delivered" };
    const who = quoteAnswer(refused, input.secrets, 400);
    return {
      kind: "delivered",
      detail: `The SMTP server took the mail, but not for all: ${who}. Correct these addresses and save the sink.`,
    };
  }
  if (status >= 400 && status < 500) {
    return {
      kind: "retry",
      reason: "server_error",
      detail: `The SMTP server cannot take the mail now (${words}).`,
    };
  }
  if (status >= 500) return readRefusal(status, headers["smtp-command"] ?? "", words);
  return {
    kind: "retry",
    reason: "bad_response",
    ambiguous: true,
    detail: `The SMTP server answered what SMTP does not allow here (${words}).`,
  };
}

function readRefusal(status: number, command: string, words: string): SinkOutcome {
  if (status === 530 || status === 534 || status === 535 || /^AUTH/i.test(command)) {
    return {
      kind: "retry",
      reason: "auth_failed",
      detail: `The SMTP server did not accept the login (${words}). The operator must correct EVENT_SINKS_SMTP_URL.`,
    };
  }
  if (/^RCPT/i.test(command)) {
    return {
      kind: "rejected",
      reason: "not_found",
      isSinkFault: true,
      detail: `The SMTP server takes no mail for these addresses (${words}). Correct them and save the sink.`,
    };
  }
  if (/^MAIL/i.test(command)) {
    return {
      kind: "retry",
      reason: "auth_failed",
      detail: `The SMTP server does not accept the sender (${words}). The operator must correct EVENT_SINKS_MAIL_FROM.`,
    };
  }
  if (/^DATA/i.test(command)) {
    return {
      kind: "rejected",
      reason: "payload_refused",
      detail: `The SMTP server refused the mail (${words}).`,
    };
  }
  return {
    kind: "retry",
    reason: "client_error",
    detail: `The SMTP server refused the session (${words}). The operator should check EVENT_SINKS_SMTP_URL.`,
  };
}
