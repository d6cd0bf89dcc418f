/**
 * What a template decides when its alert comes in: whatever order depends on has to be
 * known before the alert is stored, so the key and the action are settled here and not by
 * a sink. They then hold for every sink, since a sink that saw another key than the store
 * would be sent things in the wrong order.
 */

import { createHash } from "node:crypto";
import { type AlertAction, alertActions } from "./delivery.ts";
import type { JsonObject } from "./json.ts";
import { stringifyJson } from "./json.ts";
import { isKnownField } from "./known-fields.ts";
import {
  checkTemplate,
  pagerdutyPrefix,
  type RenderedEntry,
  renderEntries,
  type Template,
  type TemplateEntry,
  templateText,
} from "./template.ts";
import { renderTextNoting } from "./template-text.ts";

/** What the alert says itself; it goes before what its template says. */
export interface GivenFields {
  readonly action: AlertAction | undefined;
  readonly dedupKey: string | undefined;
  /** What two alerts must share besides their `use_for_dedup` values: the rule's id, else the name. */
  readonly scope: string;
  readonly keyLengthMax: number;
}

export interface TemplateFindings {
  /** To be stored; null when nothing of the template can be used. */
  readonly template: string | null;
  readonly action: AlertAction | undefined;
  readonly dedupKey: string | undefined;
  /** To be added to the alert's body: rendered labels, and what was decided here. */
  readonly added: JsonObject;
  readonly warnings: readonly string[];
}

/**
 * Evaluates `alert_template`.
 * @param fields the alert's body, without what is added here.
 */
export function applyTemplate(
  value: JsonObject,
  fields: JsonObject,
  given: GivenFields,
): TemplateFindings {
  const checked = checkTemplate(value);
  // `added` is ours: a caller's own would hide fields of the alert.
  const template: Template = { ...checked.template, added: [] };
  const warnings = [...checked.warnings];
  const { info, actions } = renderEntries(template, fields);
  const entries = [...info, ...actions];
  for (const { label, missing } of entries) {
    if (missing.length === 0) continue;
    warnings.push(
      `\`alert_template\`: "${label}" names a path that is not in the alert: \`${missing[0]}\`.`,
    );
  }
  warnAboutRoutingKey(entries, warnings);
  const action = decideAction(entries, given, warnings);
  const dedupKey = decideDedupKey(entries, fields, given, warnings);
  const labels = labelFields(entries, fields);
  const decided: JsonObject = {
    ...(action === undefined || Object.hasOwn(fields, "action") ? {} : { action }),
    ...(dedupKey === undefined || Object.hasOwn(fields, "dedup_key")
      ? {}
      : { dedup_key: dedupKey }),
  };
  return {
    template: templateText({ ...template, added: Object.keys(labels) }),
    action,
    dedupKey,
    added: { ...labels, ...decided },
    warnings,
  };
}

/** Labels as top-level fields: never over a field of the alert, nor in the place of a documented one. */
function labelFields(entries: readonly RenderedEntry[], fields: JsonObject): JsonObject {
  const labels = new Map<string, string>();
  for (const { label, text } of entries) {
    if (label.startsWith(pagerdutyPrefix) || isKnownField(label)) continue;
    if (!Object.hasOwn(fields, label) && !labels.has(label)) labels.set(label, text);
  }
  return Object.fromEntries(labels);
}

function findOverride(entries: readonly RenderedEntry[], path: string) {
  return entries.find(({ label }) => label.trim() === pagerdutyPrefix + path);
}

function warnAboutRoutingKey(entries: readonly RenderedEntry[], warnings: string[]): void {
  if (findOverride(entries, "routing_key") === undefined) return;
  warnings.push("`@pagerduty.routing_key` is not used: the event sink's own key is.");
}

function decideAction(
  entries: readonly RenderedEntry[],
  given: GivenFields,
  warnings: string[],
): AlertAction | undefined {
  const override = findOverride(entries, "event_action");
  if (override === undefined) return undefined;
  const action = alertActions.find((one) => one === override.text.trim());
  if (action === undefined) {
    warnings.push(`\`@pagerduty.event_action\` is not one of ${alertActions.join(", ")}: ignored.`);
  } else if (given.action !== undefined && given.action !== action) {
    warnings.push(
      `\`@pagerduty.event_action\` (${action}) is not used, since the alert's own \`action\` (${given.action}) counts.`,
    );
  }
  return given.action === undefined ? action : undefined;
}

function decideDedupKey(
  entries: readonly RenderedEntry[],
  fields: JsonObject,
  given: GivenFields,
  warnings: string[],
): string | undefined {
  const override = findOverride(entries, "dedup_key");
  if (given.dedupKey !== undefined) {
    if (override !== undefined && override.text !== given.dedupKey) {
      warnings.push(
        "`@pagerduty.dedup_key` is not used, since the alert's own `dedup_key` counts.",
      );
    }
    return undefined;
  }
  const chosen = entries.filter(({ useForDedup }) => useForDedup);
  // The author named one key in full; parts of one are the weaker word.
  const keyed: readonly TemplateEntry[] = override === undefined ? chosen : [override];
  if (keyed.length === 0) return undefined;
  // Apart from the others, whose lengths must not cut what tells two problems apart.
  const values = keyed.map(({ value }) => renderTextNoting(value, fields));
  if (values.some(({ text, missing }) => missing.length > 0 || text.trim() === "")) {
    // A key made of what is missing would join alerts that have nothing in common.
    warnings.push(
      `"${keyed.map(({ label }) => label).join('", "')}" cannot make the dedup key, as a value is missing: the default key is used.`,
    );
    return undefined;
  }
  const texts = values.map(({ text }) => text);
  if (override !== undefined) return fitKey(texts.join(""), given.keyLengthMax);
  const parts = keyed.flatMap(({ label }, index) => [label, texts[index] ?? ""]);
  return fitKey(stringifyJson([given.scope, ...parts]), given.keyLengthMax);
}

/** A key that is too long becomes its hash: cut, two keys could become one. */
function fitKey(key: string, lengthMax: number): string {
  const wellFormed = key.toWellFormed();
  if (wellFormed.length <= lengthMax) return wellFormed;
  return `sha256:${createHash("sha256").update(wellFormed).digest("hex")}`;
}
