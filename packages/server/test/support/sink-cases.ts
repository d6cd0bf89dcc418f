import type { SinkTypeName } from "../../src/domain/event-sink.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import type { Reason } from "../../src/domain/reason.ts";
import { Secret, type Secrets } from "../../src/secret.ts";
import type { MailRequest, SinkRequest } from "../../src/sinks/sink-type.ts";
import { assertDiscordTakes } from "./discord-limits.ts";
import { assertMailTakes } from "./mail-limits.ts";
import { assertPagerDutyTakes } from "./pagerduty-limits.ts";
import { assertSlackTakes } from "./slack-limits.ts";
import { assertTeamsTakes } from "./teams-limits.ts";

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
  /** The same, sending to a server of the test's; left out where the URL is the vendor's. */
  readonly createAt?: (origin: string) => JsonObject;
  /** Fails unless the platform would take this request. */
  readonly assertTakes: (request: SinkRequest | MailRequest) => void;
  /** An answer that means delivered. */
  readonly success: { readonly status: number; readonly body: string };
  readonly answers: readonly AnswerCase[];
}

const integrationId = "00000000-0000-0000-0000-000000000001";

/** For platforms whose rules are about the body. */
function takesBody(check: (body: string) => void): SinkCase["assertTakes"] {
  return (request) => {
    if ("kind" in request) throw new Error("this is a mail");
    check(request.body);
  };
}

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

const teamsPath =
  "/workflows/7e2c2dc8cc4a4678b1113ede1d55d5a1/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=c-3iiBjByin64STF8bVGeRrjAu6qhGR7QAs_wZ-aF4Q";

const teamsError = (code: string) => JSON.stringify({ error: { code, message: "In words." } });

const discordPath =
  "/api/webhooks/223704706495545344/3d89bb7572e0fb30d8128367b3b1b44fecd1726de135cbe28a41f8b2f777c372ba2939e7";

/** Which SMTP command a reply answers. */
const said = (command: string) => ({ headers: { "smtp-command": command } });

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
    createAt: (origin) => ({
      url: `${origin}/webhook/abc`,
      headers: { "X-Api-Key": "header-secret-value" },
    }),
    assertTakes: takesBody((body) => void JSON.parse(body)),
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
    assertTakes: takesBody(assertSlackTakes),
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
    assertTakes: takesBody(assertPagerDutyTakes),
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
  teams: {
    create: { url: `https://prod-11.westeurope.logic.azure.com${teamsPath}` },
    update: { url: "https://prod-11.westeurope.logic.azure.com/********" },
    createAt: (origin) => ({ url: origin + teamsPath }),
    engineSecrets: {},
    configuration: { url: "https://prod-11.westeurope.logic.azure.com/********" },
    assertTakes: takesBody(assertTeamsTakes),
    success: { status: 202, body: "" },
    answers: [
      ...rest.filter(({ status }) => ![401, 403, 404].includes(status)),
      { status: 200, body: "1", means: "delivered" },
      {
        status: 200,
        body: "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId tcid=0.",
        means: "retry rate_limited",
        retryAfterMs: 30_000,
      },
      {
        status: 200,
        body: "Microsoft Teams endpoint returned HTTP error 500 with ContextId tcid=0.",
        means: "retry server_error",
      },
      { status: 400, body: teamsError("WorkflowTriggerIsNotEnabled"), means: "rejected not_found" },
      {
        status: 400,
        body: teamsError("TriggerInputSchemaMismatch"),
        means: "rejected payload_refused",
      },
      { status: 400, body: "Bad payload", means: "rejected payload_refused" },
      {
        status: 401,
        body: teamsError("DirectApiAuthorizationRequired"),
        means: "rejected auth_failed",
      },
      { status: 401, means: "rejected auth_failed" },
      { status: 403, means: "rejected auth_failed" },
      { status: 404, body: teamsError("WorkflowNotFound"), means: "rejected not_found" },
      { status: 404, means: "rejected not_found" },
      { status: 410, means: "rejected gone" },
      { status: 413, means: "rejected payload_refused" },
    ],
  },
  discord: {
    create: { url: `https://discord.com${discordPath}` },
    update: { url: "https://discord.com/api/webhooks/223704706495545344/********" },
    createAt: (origin) => ({ url: origin + discordPath }),
    engineSecrets: {},
    configuration: { url: "https://discord.com/api/webhooks/223704706495545344/********" },
    assertTakes: takesBody(assertDiscordTakes),
    success: { status: 200, body: '{"id":"1","type":0}' },
    answers: [
      ...rest.filter(({ status }) => status !== 404),
      { status: 204, means: "delivered" },
      {
        status: 400,
        body: '{"message":"Invalid Form Body","code":50035}',
        means: "rejected payload_refused",
      },
      { status: 400, body: '{"message":"…","code":220001}', means: "rejected client_error" },
      {
        status: 401,
        body: '{"message":"Invalid Webhook Token","code":50027}',
        means: "rejected auth_failed",
      },
      { status: 404, body: '{"message":"Unknown Webhook","code":10015}', means: "rejected gone" },
      { status: 404, means: "rejected gone" },
      { status: 413, means: "rejected payload_refused" },
      {
        status: 429,
        body: '{"message":"You are being rate limited.","retry_after":64.57,"global":false}',
        headers: { "retry-after": "65" },
        means: "retry rate_limited",
        retryAfterMs: 65_000,
      },
      {
        status: 429,
        body: '{"message":"You are being rate limited.","retry_after":0.5,"global":false}',
        means: "retry rate_limited",
        retryAfterMs: 500,
      },
    ],
  },
  email: {
    create: { to: ["security@example.com", "on-call@example.com"] },
    update: { to: ["security@example.com"] },
    engineSecrets: {},
    configuration: { to: ["security@example.com", "on-call@example.com"] },
    assertTakes: (request) => {
      if (!("kind" in request)) throw new Error("this is no mail");
      assertMailTakes(request);
    },
    success: { status: 250, body: "250 2.0.0 Ok: queued as 4Z" },
    answers: [
      { status: 251, body: "251 will forward", means: "delivered" },
      { status: 354, means: "retry bad_response", isAmbiguous: true },
      { status: 421, body: "421 closing", means: "retry server_error" },
      { status: 450, ...said("RCPT"), means: "retry server_error" },
      { status: 451, ...said("DATA"), means: "retry server_error" },
      { status: 452, ...said("MAIL"), means: "retry server_error" },
      { status: 502, ...said("EHLO"), means: "retry client_error" },
      { status: 530, ...said("MAIL"), means: "retry auth_failed" },
      { status: 534, ...said("AUTH"), means: "retry auth_failed" },
      { status: 535, ...said("AUTH"), means: "retry auth_failed" },
      { status: 550, ...said("RCPT"), means: "rejected not_found" },
      { status: 553, ...said("MAIL"), means: "retry auth_failed" },
      { status: 550, ...said("DATA"), means: "rejected payload_refused" },
      { status: 552, ...said("DATA"), means: "rejected payload_refused" },
      { status: 554, ...said("DATA"), means: "rejected payload_refused" },
      { status: 554, means: "retry client_error" },
    ],
  },
};
