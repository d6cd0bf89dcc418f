/**
 * What PagerDuty's Events API v2 accepts, as its documentation says
 * (https://developer.pagerduty.com/docs/events-api-v2-overview, trigger events page), with the
 * sentences it has been seen to answer. Where a sentence ends in `[G]` in the comment beside it,
 * only the rule is documented and the sentence is built like the others.
 */

type Fields = Readonly<Record<string, unknown>>;

export interface PagerDutyEvent {
  readonly routingKey: string;
  readonly action: "trigger" | "acknowledge" | "resolve";
  /** Null on a trigger that leaves it to PagerDuty. */
  readonly dedupKey: string | null;
  /** Null on acknowledge and resolve without one. */
  readonly payload: Fields | null;
  readonly body: Fields;
}

/** The whole request; the page says 512 KB, Alertmanager settled on the smaller reading. */
export const requestBytesMax = 512_000;
const dedupKeyCharactersMax = 255;
const summaryCharactersMax = 1_024;
const severities = ["critical", "warning", "error", "info"];
const actions = ["trigger", "acknowledge", "resolve"];
const timestampPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)$/i;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isBlank = (value: unknown) =>
  value === undefined || value === null || (typeof value === "string" && value.trim() === "");

/** The routing key's own faults: those are told before anything else is looked at. */
export function routingKeyErrors(body: Fields): string[] {
  const key = body["routing_key"];
  if (isBlank(key)) return ["'routing_key' is missing or blank"];
  if (typeof key !== "string" || key.length !== 32) {
    return ["Length of 'routing_key' is incorrect (should be 32 characters)"];
  }
  return [];
}

/** Every other fault of an event, in PagerDuty's words; empty when it is valid. */
export function eventErrors(body: Fields): string[] {
  const errors: string[] = [];
  const action = body["event_action"];
  if (isBlank(action)) errors.push("'event_action' is missing or blank");
  else if (typeof action !== "string" || !actions.includes(action)) {
    errors.push(
      "'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')",
    ); // [G]
  }
  const dedupKey = body["dedup_key"];
  if (isBlank(dedupKey)) {
    if (action === "acknowledge" || action === "resolve") {
      errors.push("'dedup_key' is missing or blank"); // [G]
    }
  } else if (typeof dedupKey !== "string")
    errors.push("'dedup_key' must be a string"); // [G]
  else if (dedupKey.length > dedupKeyCharactersMax) {
    errors.push(`'dedup_key' is too long (maximum is ${dedupKeyCharactersMax} characters)`); // [G]
  }
  if (action === "trigger") errors.push(...triggerErrors(body));
  return errors;
}

function triggerErrors(body: Fields): string[] {
  const errors: string[] = [];
  const payload = body["payload"];
  if (!isFields(payload)) errors.push("'payload' is missing or blank");
  else errors.push(...payloadErrors(payload));
  for (const name of ["client", "client_url"]) {
    if (body[name] !== undefined && typeof body[name] !== "string") {
      errors.push(`'${name}' must be a string`); // [G]
    }
  }
  errors.push(...contextErrors(body, "links", "href", ["http:", "https:"]));
  errors.push(...contextErrors(body, "images", "src", ["https:"]));
  return errors;
}

function payloadErrors(payload: Fields): string[] {
  const errors: string[] = [];
  for (const name of ["summary", "source", "severity"]) {
    if (isBlank(payload[name])) errors.push(`'payload.${name}' is missing or blank`);
    else if (typeof payload[name] !== "string") errors.push(`'payload.${name}' must be a string`); // [G]
  }
  const { summary, severity, timestamp } = payload as Record<string, unknown>;
  if (typeof summary === "string" && summary.length > summaryCharactersMax) {
    // The vendor's own spelling, as reported in dagster-io/dagster #19567.
    errors.push(`'summary' is too long (maiximum is ${summaryCharactersMax} characters)`);
  }
  if (typeof severity === "string" && severity.trim() !== "" && !severities.includes(severity)) {
    errors.push(
      "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')",
    );
  }
  if (timestamp !== undefined && !isTimestamp(timestamp)) {
    errors.push("'payload.timestamp' is invalid (must be a valid ISO 8601 timestamp)"); // [G]
  }
  for (const name of ["component", "group", "class"]) {
    if (payload[name] !== undefined && typeof payload[name] !== "string") {
      errors.push(`'payload.${name}' must be a string`); // [G]
    }
  }
  if (payload["custom_details"] !== undefined && !isFields(payload["custom_details"])) {
    errors.push("'payload.custom_details' must be an object"); // [G]
  }
  return errors;
}

function isTimestamp(value: unknown): boolean {
  return (
    typeof value === "string" && timestampPattern.test(value) && !Number.isNaN(Date.parse(value))
  );
}

/** `links` and `images`: a list of objects with one required URL and string extras. [G] */
function contextErrors(
  body: Fields,
  name: string,
  urlField: string,
  protocols: string[],
): string[] {
  const items = body[name];
  if (items === undefined) return [];
  if (!Array.isArray(items)) return [`'${name}' must be an array`];
  return items.flatMap((item: unknown, index) => {
    if (!isFields(item)) return [`'${name}[${index}]' must be an object`];
    const url = item[urlField];
    if (isBlank(url)) return [`'${name}[${index}].${urlField}' is missing or blank`];
    if (typeof url !== "string" || !protocols.includes(URL.parse(url)?.protocol ?? "")) {
      return [`'${name}[${index}].${urlField}' is invalid`];
    }
    return ["text", "alt", "href"]
      .filter((field) => item[field] !== undefined && typeof item[field] !== "string")
      .map((field) => `'${name}[${index}].${field}' must be a string`);
  });
}

/** Reads an event that has no errors. */
export function readEvent(body: Fields): PagerDutyEvent {
  const dedupKey = body["dedup_key"];
  const payload = body["payload"];
  return {
    routingKey: String(body["routing_key"]),
    action: body["event_action"] as PagerDutyEvent["action"],
    dedupKey: isBlank(dedupKey) ? null : String(dedupKey),
    payload: isFields(payload) ? payload : null,
    body,
  };
}
