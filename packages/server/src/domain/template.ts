/**
 * `alert_template`: what an alert's author wants to be shown of it.
 *
 * `info` entries are a label and a text, `actions` a label and a URL, both with `{{…}}` in
 * them (`template-text.ts`). A label that begins with `@pagerduty.` is PagerDuty's alone.
 * A template is read at intake, where everything that is wrong with it becomes a warning;
 * what is stored is well-formed, and rendering it never fails.
 *
 * At intake the rendered labels also become top-level fields of the alert's body, for
 * webhooks. `added` names those fields: a sink type that shows the template itself leaves
 * them out (`authorFields`), and a path never leads to them.
 */

import { cutText } from "./cut-text.ts";
import { httpUrl } from "./http-url.ts";
import { isJsonObject, type JsonObject, type JsonValue, parseJson, stringifyJson } from "./json.ts";
import {
  type EncodeValue,
  type RenderedText,
  renderTextNoting,
  templateValueLengthMax,
} from "./template-text.ts";

export const templateLimits = {
  /** Of `info`, and of `actions`. */
  entriesMax: 50,
  /** UTF-16 units. */
  labelLengthMax: 150,
  /** UTF-16 units of a value, as written and as rendered. */
  valueLengthMax: templateValueLengthMax,
  /** UTF-16 units of all rendered values together. */
  renderedLengthMax: 100_000,
} as const;

export interface TemplateEntry {
  readonly label: string;
  /** With `{{…}}`. */
  readonly value: string;
  readonly useForDedup: boolean;
}

export interface Template {
  readonly info: readonly TemplateEntry[];
  readonly actions: readonly TemplateEntry[];
  /** Fields of the alert's body that are rendered labels of this template. */
  readonly added: readonly string[];
}

export interface RenderedTemplate {
  readonly info: readonly { label: string; value: string; useForDedup: boolean }[];
  /** `url` is null for a value that is no http(s) URL: it is shown as text. */
  readonly actions: readonly { label: string; value: string; url: string | null }[];
  /** `@pagerduty.` entries: `payload.source` for `@pagerduty.payload.source`. No other type looks at them. */
  readonly pagerduty: readonly { path: string; value: string }[];
}

/** Before the path of an entry that is PagerDuty's alone. */
export const pagerdutyPrefix = "@pagerduty.";

const emptyTemplate: Template = { info: [], actions: [], added: [] };

/** An alert's `template`, as it is stored; what is no template is an empty one. */
export function readTemplate(text: string | null): Template {
  if (text === null) return emptyTemplate;
  try {
    return checkTemplate(parseJson(text)).template;
  } catch {
    return emptyTemplate;
  }
}

/** Reads `alert_template` as it came, with a warning for everything that is left out. */
export function checkTemplate(value: JsonValue): { template: Template; warnings: string[] } {
  if (!isJsonObject(value)) return { template: emptyTemplate, warnings: [] };
  const warnings: string[] = [];
  const { added } = value;
  const template = {
    info: checkEntries("info", value["info"], warnings),
    actions: checkEntries("actions", value["actions"], warnings),
    added: Array.isArray(added) ? added.filter((name) => typeof name === "string") : [],
  };
  return { template, warnings };
}

function checkEntries(
  name: string,
  value: JsonValue | undefined,
  warnings: string[],
): TemplateEntry[] {
  const path = `alert_template.${name}`;
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    warnings.push(`\`${path}\` is not an array of {"label", "value"}: ignored.`);
    return [];
  }
  const { entriesMax } = templateLimits;
  if (value.length > entriesMax) {
    warnings.push(
      `\`${path}\` has ${value.length} entries: only the first ${entriesMax} are used.`,
    );
  }
  return value.slice(0, entriesMax).flatMap((entry, index) => {
    const read = checkEntry(`${path}[${index}]`, entry, warnings);
    return read === undefined ? [] : [read];
  });
}

function checkEntry(path: string, entry: JsonValue, warnings: string[]): TemplateEntry | undefined {
  const { label, value, use_for_dedup: useForDedup } = isJsonObject(entry) ? entry : {};
  if (typeof label !== "string" || label.trim() === "" || typeof value !== "string") {
    warnings.push(`\`${path}\` is not {"label", "value"} with two strings: ignored.`);
    return undefined;
  }
  const { labelLengthMax, valueLengthMax } = templateLimits;
  if (label.length > labelLengthMax || value.length > valueLengthMax) {
    warnings.push(
      `\`${path}\` is cut: a label has at most ${labelLengthMax}, a value ${valueLengthMax} characters.`,
    );
  }
  if (useForDedup !== undefined && typeof useForDedup !== "boolean") {
    warnings.push(`\`${path}.use_for_dedup\` is neither true nor false: ignored.`);
  }
  return {
    label: cutText(label, labelLengthMax),
    value: cutText(value, valueLengthMax),
    useForDedup: useForDedup === true,
  };
}

/** The JSON text to store; null for a template without entries. */
export function templateText(template: Template): string | null {
  const { info, actions, added } = template;
  if (info.length === 0 && actions.length === 0) return null;
  const plain = (entries: readonly TemplateEntry[]) =>
    entries.map(({ label, value, useForDedup }) => ({
      label,
      value,
      ...(useForDedup ? { use_for_dedup: true } : {}),
    }));
  return stringifyJson({ info: plain(info), actions: plain(actions), added: [...added] });
}

/** The fields of an alert without those that its template added. */
export function authorFields(template: Template, fields: JsonObject): JsonObject {
  if (template.added.length === 0) return fields;
  const added = new Set(template.added);
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !added.has(name)));
}

/** Renders every entry, once. */
export function renderTemplate(template: Template, fields: JsonObject): RenderedTemplate {
  const { info, actions } = renderEntries(template, fields);
  const isOverride = ({ label }: { label: string }) => label.startsWith(pagerdutyPrefix);
  return {
    info: info
      .filter((entry) => !isOverride(entry))
      .map(({ label, useForDedup, text }) => ({ label, value: text, useForDedup })),
    actions: actions
      .filter((entry) => !isOverride(entry))
      .map(({ label, text }) => ({ label, value: text, url: httpUrl(text.trim()) ?? null })),
    pagerduty: [...info, ...actions].filter(isOverride).map(({ label, text }) => ({
      path: label.slice(pagerdutyPrefix.length).trim(),
      value: text,
    })),
  };
}

const asItIs: EncodeValue = (value) => value;

/** A value inside a URL must not end it or change its shape; one that is a path keeps its slashes. */
const encodeInUrl: EncodeValue = (value, before) =>
  /[?#]/.test(before)
    ? encodeURIComponent(value.toWellFormed())
    : encodeURI(value.toWellFormed()).replace(/[?#]/g, encodeURIComponent);

export type RenderedEntry = TemplateEntry & RenderedText;

/** Every entry with its text, and with what was missing for it. */
export function renderEntries(
  template: Template,
  fields: JsonObject,
): { info: RenderedEntry[]; actions: RenderedEntry[] } {
  const own = authorFields(template, fields);
  let spareLength: number = templateLimits.renderedLengthMax;
  const render = (entry: TemplateEntry): RenderedEntry => {
    const lengthMax = Math.min(templateLimits.valueLengthMax, spareLength);
    const encode = /^\s*https?:\/\//i.test(entry.value) ? encodeInUrl : asItIs;
    const rendered = renderTextNoting(entry.value, own, lengthMax, encode);
    spareLength = Math.max(spareLength - rendered.text.length, 1);
    return { ...entry, ...rendered };
  };
  return { info: template.info.map(render), actions: template.actions.map(render) };
}
