/**
 * What PagerDuty's answers mean: developer-docs, events-API-v2 01-Overview.md, "Response
 * codes & retry logic", read 2026-08. The table below is what decides, and what the
 * documentation shows. Repeating a trigger is harmless, since it carries its dedup_key.
 */

import { readJsonObject, strings } from "../answer-json.ts";
import { readHttpStatus } from "../http-status.ts";
import type { SinkOutcome, SinkResponse, StepInput } from "../sink-type.ts";
import { quoteAnswer } from "../text.ts";

export interface PagerDutyAnswer {
  /** What PagerDuty says, for people. */
  readonly answer: string;
  readonly class: "taken" | "sink fault" | "refused" | "rate limit" | "temporary";
  readonly outcome: Exclude<SinkOutcome["kind"], "next">;
  readonly reason: Extract<SinkOutcome, { kind: "retry" }>["reason"] | null;
  /** What a person has to do. */
  readonly cure: string;
  /** An answer of this row. */
  readonly sample: { readonly status: number; readonly body: string };
}

interface AnswerRow extends PagerDutyAnswer {
  is(answer: Read): boolean;
}

/** An answer with its words found. */
interface Read {
  readonly status: number;
  readonly isSuccess: boolean;
  /** `message` and `errors`, or else the body. */
  readonly words: string;
}

const keyWords = /(routing|integration|service)[_ ]?key/i;

const invalid = (...errors: string[]) =>
  JSON.stringify({ status: "invalid event", message: "Event object is invalid", errors });

const keyCure =
  "In PagerDuty open the service's Integrations, copy the Events API v2 integration key, and save the sink with it. If the account is in the EU, set `region` to `eu`.";

/** Anything in between (a proxy, a load balancer) is read by its HTTP status (`http-status.ts`). */
const rows: readonly AnswerRow[] = [
  {
    answer: "202",
    class: "taken",
    outcome: "delivered",
    reason: null,
    cure: "None. Whether somebody is paged is up to the service: disabled, in maintenance or suppressed it stays silent.",
    sample: { status: 202, body: '{"status":"success","message":"Event processed"}' },
    is: ({ status }) => status === 202,
  },
  {
    answer: "another 2xx with `status: success`",
    class: "taken",
    outcome: "delivered",
    reason: null,
    cure: "None.",
    sample: { status: 200, body: '{"status":"success"}' },
    // Something between us and PagerDuty may answer 200 by itself: only its own words count.
    is: ({ status, isSuccess }) => status >= 200 && status < 300 && isSuccess,
  },
  {
    answer:
      "400 about the routing key (`Length of 'routing_key' is incorrect`, `Invalid routing key`)",
    class: "sink fault",
    outcome: "rejected",
    reason: "auth_failed",
    cure: keyCure,
    sample: {
      status: 400,
      body: invalid("Length of 'routing_key' is incorrect (should be 32 characters)"),
    },
    is: ({ status, words }) => status === 400 && keyWords.test(words),
  },
  {
    answer: "400 about anything else",
    class: "refused",
    outcome: "rejected",
    reason: "payload_refused",
    cure: "Change what the alert or its template sends in the named field, then send the alert again.",
    sample: { status: 400, body: invalid("'payload.summary' is missing or blank") },
    is: ({ status }) => status === 400,
  },
  {
    answer: "413",
    class: "refused",
    outcome: "rejected",
    reason: "payload_refused",
    cure: "Send less in the alert; events are kept below PagerDuty's 512,000 bytes, so something in between has a lower limit.",
    sample: { status: 413, body: "" },
    is: ({ status }) => status === 413,
  },
  {
    answer: "429",
    class: "rate limit",
    outcome: "retry",
    reason: "rate_limited",
    cure: "None: everything for this integration key waits 30 s, or as long as asked. If it lasts, spread the alerts over several PagerDuty services.",
    sample: { status: 429, body: '{"status":"throttle exceeded"}' },
    is: ({ status }) => status === 429,
  },
  {
    answer: "5xx",
    class: "temporary",
    outcome: "retry",
    reason: "server_error",
    cure: "None: it is tried again, and the `dedup_key` makes repeats harmless.",
    sample: { status: 500, body: "Internal Server Error" },
    is: ({ status }) => status >= 500,
  },
];

/** PagerDuty's documented answers, for the docs and the tests. */
export const pagerDutyAnswers: readonly PagerDutyAnswer[] = rows;

/** Whether the key that a request carried is none (any more). */
export function isKeyRefused(response: SinkResponse): boolean {
  return response.status === 400 && keyWords.test(read(response).words);
}

export function readAnswer(response: SinkResponse, input: StepInput): SinkOutcome {
  const answer = read(response);
  const row = rows.find((one) => one.is(answer));
  const words = quoteAnswer(answer.words, input.secrets, 600);
  if (row?.outcome === "delivered") {
    if (answer.isSuccess) return { kind: "delivered" };
    return { kind: "delivered", detail: `PagerDuty took it, with an unusual answer: ${words}` };
  }
  if (row?.outcome === "rejected" && row.reason !== null) {
    return {
      kind: "rejected",
      reason: row.reason,
      detail: `PagerDuty answered ${response.status} (${words}). ${row.cure}`,
      ...(row.class === "sink fault" ? { isSinkFault: true } : {}),
    };
  }
  return readHttpStatus(response, "PagerDuty", input.now);
}

function read(response: SinkResponse): Read {
  const body = readJsonObject(response.body);
  const message = body?.["message"];
  const said = [typeof message === "string" ? message : "", ...strings(body?.["errors"])];
  return {
    status: response.status,
    isSuccess: body?.["status"] === "success",
    words: said.filter((text) => text !== "").join("; ") || response.body,
  };
}
