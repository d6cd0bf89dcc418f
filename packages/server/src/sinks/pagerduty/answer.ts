import { readJsonObject, strings } from "../answer-json.ts";
import { readHttpStatus } from "../http-status.ts";
import type { SinkOutcome, SinkResponse, StepInput } from "../sink-type.ts";
import { quoteAnswer } from "../text.ts";

/**
 * What PagerDuty's answer means: developer-docs, events-API-v2 01-Overview.md, "Response
 * codes & retry logic", read 2026-08. A 400 will be a 400 for ever; everything else may
 * pass. Repeating a trigger is harmless, since it carries its dedup_key.
 */
export function readAnswer(response: SinkResponse, input: StepInput): SinkOutcome {
  const body = readJsonObject(response.body);
  const isSuccess = body?.["status"] === "success";
  if (response.status === 202) {
    if (isSuccess) return { kind: "delivered" };
    const quoted = quoteAnswer(response.body, input.secrets);
    return { kind: "delivered", detail: `PagerDuty took it, with an unusual answer: ${quoted}` };
  }
  // Something between us and PagerDuty may answer 200 by itself: only its own words count.
  if (response.status >= 200 && response.status < 300 && isSuccess) return { kind: "delivered" };
  if (response.status === 400) return readRefusal(response, input);
  if (response.status === 413) {
    return {
      kind: "rejected",
      reason: "payload_refused",
      detail: "PagerDuty answered 413: the event is too large for it.",
    };
  }
  return readHttpStatus(response, "PagerDuty", input.now);
}

function readRefusal(response: SinkResponse, input: StepInput): SinkOutcome {
  const body = readJsonObject(response.body);
  const message = body?.["message"];
  const said = [typeof message === "string" ? message : "", ...strings(body?.["errors"])];
  const words = quoteAnswer(
    said.filter((text) => text !== "").join("; ") || response.body,
    input.secrets,
    600,
  );
  if (/routing[_ ]?key|integration[_ ]?key|service[_ ]?key/i.test(words)) {
    return {
      kind: "rejected",
      reason: "auth_failed",
      detail: `PagerDuty refused the integration key (${words}). In PagerDuty open the service's Integrations, copy the Events API v2 integration key, and save the sink with it.`,
    };
  }
  return {
    kind: "rejected",
    reason: "payload_refused",
    detail: `PagerDuty refused the event (${words}).`,
  };
}
