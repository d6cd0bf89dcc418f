/**
 * Reading an alert as it comes in.
 *
 * An alert is somebody's data about an attack; refusing one because a field looks odd
 * would lose it. So only what the service itself must know is strict (whose it is, its
 * name, its identity, where it goes). Any other known field of an unexpected type is
 * passed on as it came, counts as absent, and is named in `warnings`.
 */

import type { AlertUid, TenantId } from "../ids.ts";
import type { Alert } from "./alert.ts";
import { type AlertAction, alertActions } from "./delivery.ts";
import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  numberText,
  stringifyJson,
} from "./json.ts";
import { type SeverityId, severityFromId, severityFromName, severityNames } from "./severity.ts";
import { applyTemplate, type TemplateFindings } from "./template-intake.ts";
import { isTenantId, tenantIdRule } from "./tenant-id.ts";
import { readTimestamp } from "./timestamp.ts";

/** Characters of an `id` or a `dedup_key`; PagerDuty takes keys up to this long. */
export const keyCharsMax = 255;

/** Sinks one alert may name. */
export const eventSinkIdsMax = 1_000;

/** An alert that came through an Event Sinks this often is going round in circles. */
export const hopsMax = 5;

/** Counts how often an alert came through an Event Sinks; a top-level field of the body. */
const hopsField = "event-sinks-hops";

export interface AlertProblem {
  readonly code: "invalid_request" | "too_many_hops";
  /** The field. */
  readonly path: string;
  readonly message: string;
}

export type ReadAlertResult =
  | {
      readonly ok: true;
      readonly alert: Alert;
      readonly detectionRuleId: string | undefined;
      /** As the caller named them, each once; null when the alert names none. */
      readonly eventSinkIds: readonly string[] | null;
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly problem: AlertProblem };

/**
 * Reads the fields of an alert.
 * @param now when it came in, ms since the epoch.
 * @param hops how often it has been here, as its request says beside the body; the larger count holds.
 */
export function readAlert(
  fields: JsonObject,
  { uid, now, hops: said }: { uid: AlertUid; now: number; hops?: string | undefined },
): ReadAlertResult {
  const strict = readStrict(fields);
  if ("problem" in strict) return { ok: false, problem: strict.problem };
  const hops = Math.max(readHops(fields[hopsField]), readHops(said));
  if (hops > hopsMax) return { ok: false, problem: loopProblem(hops) };

  const warnings: string[] = [];
  const soft = readSoft(fields, warnings);
  const id = strict.id ?? uid;
  const body = bodyFields(fields, strict.id === undefined ? uid : undefined);
  const found = readTemplateOf(soft, strict, body);
  warnings.push(...found.warnings);
  const explicitKey = strict.dedupKey ?? found.dedupKey;
  const alert: Alert = {
    uid,
    tenantId: strict.tenantId,
    id,
    name: strict.name,
    action: soft.action ?? found.action ?? "trigger",
    dedupKey: explicitKey ?? soft.detectionRuleId ?? id,
    hasExplicitKey: explicitKey !== undefined,
    severityId: soft.severityId,
    tags: soft.tags,
    staging: soft.staging,
    body: stringifyJson({ ...body, ...found.added, [hopsField]: hops + 1 }),
    template: found.template,
    receivedAt: now,
  };
  const { detectionRuleId } = soft;
  return { ok: true, alert, detectionRuleId, eventSinkIds: strict.eventSinkIds, warnings };
}

const noTemplate: TemplateFindings = {
  template: null,
  action: undefined,
  dedupKey: undefined,
  added: {},
  warnings: [],
};

function readTemplateOf(soft: Soft, strict: Strict, body: JsonObject): TemplateFindings {
  if (soft.template === undefined) return noTemplate;
  return applyTemplate(soft.template, body, {
    action: soft.action,
    dedupKey: strict.dedupKey,
    scope: soft.detectionRuleId ?? strict.name,
    keyLengthMax: keyCharsMax,
  });
}

interface Strict {
  readonly tenantId: TenantId;
  readonly name: string;
  readonly id: string | undefined;
  readonly dedupKey: string | undefined;
  readonly eventSinkIds: readonly string[] | null;
}

function readStrict(fields: JsonObject): Strict | { problem: AlertProblem } {
  const { tenant_id: tenantId, name, id, dedup_key: dedupKey } = fields;
  if (typeof tenantId !== "string" || !isTenantId(tenantId)) {
    return refuse("tenant_id", tenantId, tenantIdRule);
  }
  if (typeof name !== "string" || name === "") {
    return refuse("name", name, "a string that is not empty: what the alert is called");
  }
  const keyRule = `a string of 1 to ${keyCharsMax} characters; leave it out for the default`;
  if (!isKey(id) && !isAbsent(id)) return refuse("id", id, keyRule);
  if (!isKey(dedupKey) && !isAbsent(dedupKey)) return refuse("dedup_key", dedupKey, keyRule);
  const eventSinkIds = readEventSinkIds(fields["event_sink_ids"]);
  if (eventSinkIds === undefined) {
    const rule =
      `an array of at most ${eventSinkIdsMax} event sink ids; leave it out for all sinks of ` +
      "the tenant, send [] to record the alert without delivering it";
    return refuse("event_sink_ids", fields["event_sink_ids"], rule);
  }
  return {
    tenantId,
    name,
    id: isAbsent(id) ? undefined : id,
    dedupKey: isAbsent(dedupKey) ? undefined : dedupKey,
    eventSinkIds,
  };
}

/** Clients that write out every field of theirs send null for what they do not have. */
function isAbsent(value: JsonValue | undefined): value is null | undefined {
  return value === undefined || value === null;
}

function isKey(value: JsonValue | undefined): value is string {
  return typeof value === "string" && value !== "" && value.length <= keyCharsMax;
}

/** Null here is not "absent": it could mean all sinks as well as none, so it is refused. */
function readEventSinkIds(value: JsonValue | undefined): readonly string[] | null | undefined {
  if (value === undefined) return null;
  if (!isStringArray(value) || value.length > eventSinkIdsMax) return undefined;
  return [...new Set(value)];
}

function refuse(path: string, value: JsonValue | undefined, rule: string) {
  const message =
    value === undefined
      ? `\`${path}\` is missing: it must be ${rule}.`
      : `\`${path}\` must be ${rule}.`;
  return { problem: { code: "invalid_request", path, message } as const };
}

function readHops(value: JsonValue | undefined): number {
  const hops = Number(typeof value === "string" ? value : (numberText(value) ?? 0));
  return Number.isInteger(hops) && hops > 0 ? hops : 0;
}

function loopProblem(hops: number): AlertProblem {
  return {
    code: "too_many_hops",
    path: hopsField,
    message:
      `This alert came through Event Sinks ${hops} times, at most ${hopsMax} are allowed: some ` +
      "webhook sink delivers to an Event Sinks that delivers back. Break the circle; nothing was stored.",
  };
}

interface Soft {
  /** Undefined when the alert names none. */
  readonly action: AlertAction | undefined;
  readonly detectionRuleId: string | undefined;
  readonly severityId: SeverityId;
  readonly tags: readonly string[];
  readonly staging: boolean;
  readonly template: JsonObject | undefined;
}

function readSoft(fields: JsonObject, warnings: string[]): Soft {
  /** The field's value when it is what `is` wants; otherwise undefined, with a warning if it is there. */
  const take = <T extends JsonValue>(
    name: string,
    is: (value: JsonValue) => value is T,
    rule: string,
  ): T | undefined => {
    const value = fields[name];
    if (isAbsent(value)) return undefined;
    if (is(value)) return value;
    warnings.push(`\`${name}\` is not ${rule}: passed on as it came, otherwise ignored.`);
    return undefined;
  };

  const action = take("action", isAction, "`trigger`, `acknowledge` or `resolve`");
  const keyRule = `a string of 1 to ${keyCharsMax} characters`;
  const detectionRuleId = take("detection_rule_id", isKey, keyRule);
  take("description", isString, "a string");
  const severityId = readSeverity(
    take("severity_id", isSeverityId, `one of OCSF's ${Object.keys(severityNames).join(", ")}`),
    take("severity", isSeverityName, `one of ${Object.values(severityNames).join(", ")}`),
    warnings,
  );
  take("query_text", isString, "a string");
  const tags = take("tags", isStringArray, "an array of strings") ?? [];
  take("detected_in_time_range", isTimeRange, "an object with `start` and `end`");
  take("timestamp", isTimestamp, "RFC 3339 text or an integer of s, ms, µs or ns");
  const staging = take("staging", isBoolean, "true or false") ?? false;
  take("results_table", isResultsTable, "an object with `columns` and `rows`");
  const template = take("alert_template", isJsonObject, "an object");
  return {
    action,
    detectionRuleId,
    severityId,
    tags,
    staging,
    template,
  };
}

function readSeverity(
  idValue: JsonValue | undefined,
  name: string | undefined,
  warnings: string[],
): SeverityId {
  const byId = severityFromId(Number(numberText(idValue)));
  const byName = name === undefined ? undefined : severityFromName(name);
  if (byId !== undefined && byName !== undefined && byId !== byName) {
    warnings.push(
      `\`severity\` (${severityNames[byName]}) and \`severity_id\` (${byId}, ` +
        `${severityNames[byId]}) disagree: \`severity_id\` counts.`,
    );
  }
  return byId ?? byName ?? 0;
}

const isString = (value: JsonValue) => typeof value === "string";
const isBoolean = (value: JsonValue) => typeof value === "boolean";
const isAction = (value: JsonValue): value is AlertAction =>
  alertActions.some((action) => action === value);
const isSeverityId = (value: JsonValue): value is number =>
  typeof value === "number" && severityFromId(value) !== undefined;
const isSeverityName = (value: JsonValue): value is string =>
  typeof value === "string" && severityFromName(value) !== undefined;
const isStringArray = (value: JsonValue): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");
const isTimeRange = (value: JsonValue): value is JsonObject =>
  isJsonObject(value) && typeof value["start"] === "string" && typeof value["end"] === "string";
const isTimestamp = (value: JsonValue): value is JsonValue => readTimestamp(value) !== undefined;
const isResultsTable = (value: JsonValue): value is JsonObject =>
  isJsonObject(value) &&
  isStringArray(value["columns"] ?? null) &&
  Array.isArray(value["rows"]) &&
  value["rows"].every(isJsonObject);

/**
 * The body that is stored and that webhooks get, without what is added to it. Fields keep
 * their order. Taking some out with rest syntax also keeps a field called `__proto__` an
 * ordinary one.
 */
function bodyFields(fields: JsonObject, defaultId: string | undefined): JsonObject {
  const { event_sink_ids: _sinks, alert_template: template, [hopsField]: _hops, ...rest } = fields;
  // A template that is no object is nothing of ours, so it travels like any unknown field.
  if (!isAbsent(template) && !isJsonObject(template)) rest["alert_template"] = template;
  if (defaultId === undefined) return rest;
  const { id: _null, ...others } = rest;
  return { id: defaultId, ...others };
}
