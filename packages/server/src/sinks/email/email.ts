/**
 * E-mail: each alert is a mail, handed to the operator's SMTP server. Mails of one problem
 * (one dedup_key) name the same thread, so that mail readers keep them together; a retry
 * carries the same Message-ID, by which servers and readers drop repeats.
 */

import { createHash } from "node:crypto";
import type { SinkAlert } from "../../domain/alert.ts";
import type { MailRequest, SinkType, StepInput } from "../sink-type.ts";
import { readAnswer } from "./answer.ts";
import {
  addressLengthMax,
  createArgs,
  readArgs,
  recipients,
  recipientsMax,
  updateArgs,
} from "./args.ts";
import { alertMail, subjectLengthMax } from "./mail.ts";

/** Where the operator has set no sender; nothing is sent then, see outbound/mailer.ts. */
const senderDefault = "Event Sinks <event-sinks@event-sinks.invalid>";

export const email = {
  type: "email",
  wireName: "Email",
  title: "E-mail",
  createArgs,
  updateArgs,
  limits: [
    { name: "recipients", value: recipientsMax, unit: "addresses", source: "our own" },
    {
      name: "address",
      value: addressLengthMax,
      unit: "characters",
      source: "RFC 5321, section 4.5.3.1.3, read 2026-11-23",
    },
    { name: "subject", value: subjectLengthMax, unit: "characters", source: "our own" },
    {
      name: "line of a mail",
      value: 998,
      unit: "characters",
      source: "RFC 5322, section 2.1.1, read 2026-11-23",
    },
  ],
  // Servers may look at a mail for a while before they take it (RFC 5321 section 4.5.3.2.6).
  timeoutMs: 60_000,
  resolvesTests: false,
  attemptsMax: 4,
  dropsResolvedTriggers: false,
  // An SMTP server says itself when it has enough (4yz).
  pace: () => null,
  rollUp: null,
  joinsRepeats: false,
  readArgs,
  configuration: ({ settings }) => ({ to: recipients(settings) }),
  target(settings) {
    const [first = "nobody", ...others] = recipients(settings);
    return others.length === 0 ? first : `${first} and ${others.length} more`;
  },
  step,
  outcome: readAnswer,
} satisfies SinkType;

function step({ alert, deliveryId, settings, vendors }: StepInput): MailRequest {
  const from = vendors.mailFrom ?? senderDefault;
  const domain = /@([^\s<>@]+)>?$/.exec(from)?.[1] ?? "event-sinks.invalid";
  const thread = `<${threadOf(alert)}@${domain}>`;
  const isGrave = alert.action === "trigger" && (alert.severityId === 5 || alert.severityId === 6);
  return {
    kind: "mail",
    from,
    to: recipients(settings),
    ...alertMail(alert),
    messageId: `${deliveryId}@${domain}`,
    headers: {
      "In-Reply-To": thread,
      References: thread,
      // RFC 3834: no vacation notes in return.
      "Auto-Submitted": "auto-generated",
      "X-Auto-Response-Suppress": "All",
      ...(isGrave ? { Importance: "high" } : {}),
    },
  };
}

/** Names a thread that no mail began: readers put together what refers to the same. */
function threadOf({ tenantId, dedupKey }: SinkAlert): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([tenantId, dedupKey]))
    .digest("hex");
  return `problem-${hash.slice(0, 32)}`;
}
