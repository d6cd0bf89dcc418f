import type { SinkTypeName } from "../../src/domain/event-sink.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import type { Reason } from "../../src/domain/reason.ts";
import { Secret, type Secrets } from "../../src/secret.ts";
import { assertPagerDutyTakes } from "./pagerduty-limits.ts";
import { assertSlackTakes } from "./slack-limits.ts";

/** One answer and what it must mean. */
export interface AnswerCase {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** `delivered`, or kind and reason, e.g. `retry server_error`. */
  readonly means: "delivered" | `${"retry" | "rejected"} ${Reason}`;
  readonly isAmbiguous?: boolean;
  readonly retryAfterMs?: number;
}

/** What the sink suite has to know of a type to test it. */
export interface SinkCase {
  readonly create: JsonObject;
  readonly update: JsonObject;
  /** What the engine adds to the type's own secrets. */
  readonly engineSecrets: Secrets;
  /** Configuration after `create`. */
  readonly configuration: JsonObject | null;
  /** Fails unless the platform would take this request body. */
  readonly assertTakes: (body: string) => void;
  /** An answer that means delivered. */
  readonly success: { readonly status: number; readonly body: string };
  readonly answers: readonly AnswerCase[];
}

const integrationId = "00000000-0000-0000-0000-000000000001";

const rest: readonly AnswerCase[] = [
  { status: 301, means: "retry redirected" },
  { status: 307, means: "retry redirected" },
  { status: 401, means: "retry auth_failed" },
  { status: 403, means: "retry auth_failed" },
  { status: 404, means: "retry not_found" },
  { status: 408, means: "retry timeout", isAmbiguous: true },
  { status: 418, means: "retry client_error" },
  { status: 429, means: "retry rate_limited", retryAfterMs: 30_000 },
  {
    status: 429,
    headers: { "retry-after": "7" },
    means: "retry rate_limited",
    retryAfterMs: 7_000,
  },
  { status: 500, means: "retry server_error", isAmbiguous: true },
  { status: 502, means: "retry server_error", isAmbiguous: true },
  {
    status: 503,
    headers: { "retry-after": "Thu, 01 Jan 2026 00:01:00 GMT" },
    means: "retry server_error",
    retryAfterMs: 60_000,
  },
  { status: 504, means: "retry server_error", isAmbiguous: true },
];

const pagerDutyError = (message: string, ...errors: string[]) =>
  JSON.stringify({ status: "invalid event", message, errors });

/** A record, so that a new sink type does not compile until it is tested. */
export const sinkCases: Readonly<Record<SinkTypeName, SinkCase>> = {
  webhook: {
    create: {
      url: "https://test.com/webhook/abc",
      headers: { "X-Api-Key": "header-secret-value" },
    },
    update: { url: "https://test.com/other", headers: { "X-Api-Key": "********" } },
    engineSecrets: {},
    configuration: {
      url: "https://test.com/webhook/abc",
      headers: { "X-Api-Key": "********" },
    },
    assertTakes: (body) => void JSON.parse(body),
    success: { status: 200, body: "" },
    answers: [
      ...rest,
      { status: 204, means: "delivered" },
      { status: 202, body: "<html>", means: "delivered" },
      { status: 299, means: "delivered" },
      { status: 400, means: "retry client_error" },
      { status: 410, means: "rejected gone" },
      { status: 425, means: "retry client_error" },
    ],
  },
  slack: {
    create: { channel_id: "C12345678", slack_integration_id: integrationId },
    update: { channel_id: "C87654321" },
    engineSecrets: { bot_token: new Secret("xoxb-1111-2222-slackbottokenvalue") },
    configuration: {
      channel_id: "C12345678",
      channel_name: null,
      slack_integration_id: integrationId,
    },
    assertTakes: assertSlackTakes,
    success: {
      status: 200,
      body: '{"ok":true,"channel":"C12345678","ts":"1503435956.000247","message":{}}',
    },
    answers: [
      ...rest,
      { status: 200, body: "", means: "retry bad_response", isAmbiguous: true },
      { status: 200, body: "<html>", means: "retry bad_response", isAmbiguous: true },
      { status: 200, body: "[]", means: "retry bad_response", isAmbiguous: true },
      {
        status: 200,
        body: '{"ok":false,"error":"is_archived"}',
        means: "rejected not_found",
      },
      {
        status: 200,
        body: '{"ok":false,"error":"ratelimited"}',
        means: "retry rate_limited",
        retryAfterMs: 30_000,
      },
      {
        status: 429,
        body: '{"retry_after":1,"ok":false,"error":"rate_limited"}',
        headers: { "retry-after": "1" },
        means: "retry rate_limited",
        retryAfterMs: 1_000,
      },
    ],
  },
  pagerduty: {
    create: { integration_key: "e93facc04764012d7bfb002500d5d1a6" },
    update: { integration_key: "0123456789abcdefABCDEF0123456789" },
    engineSecrets: {},
    configuration: null,
    assertTakes: assertPagerDutyTakes,
    success: {
      status: 202,
      body: '{"status":"success","message":"Event processed","dedup_key":"k"}',
    },
    answers: [
      ...rest,
      { status: 202, body: "oddly empty", means: "delivered" },
      { status: 200, body: '{"status":"success"}', means: "delivered" },
      { status: 200, body: "<html>", means: "retry bad_response", isAmbiguous: true },
      {
        status: 400,
        body: pagerDutyError(
          "Event object is invalid",
          "Length of 'routing_key' is incorrect (should be 32 characters)",
        ),
        means: "rejected auth_failed",
      },
      {
        status: 400,
        body: pagerDutyError("Event object is invalid", "'payload.summary' is missing"),
        means: "rejected payload_refused",
      },
      { status: 400, body: "Invalid routing key", means: "rejected auth_failed" },
      { status: 400, body: "", means: "rejected payload_refused" },
      { status: 413, means: "rejected payload_refused" },
    ],
  },
};
