import { readFileSync } from "node:fs";
import type { SinkAlert } from "../../src/domain/alert.ts";
import { isJsonObject, type JsonObject, parseJson, stringifyJson } from "../../src/domain/json.ts";
import { severityFromId } from "../../src/domain/severity.ts";

/** The two alerts of `samples/`, as Scanner sends them. */
export const sampleNames = ["scanner-alert", "scanner-alert-iam-admin-attach"] as const;

export type SampleName = (typeof sampleNames)[number];

/** The text of a sample, byte for byte. */
export function sampleText(name: SampleName): string {
  return readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), "utf8");
}

/** A sample as a sink type sees it. */
export function sampleAlert(name: SampleName, more: Partial<SinkAlert> = {}): SinkAlert {
  const fields = parseJson(sampleText(name));
  if (!isJsonObject(fields)) throw new Error(`${name} is no JSON object`);
  return alertOf(fields, more);
}

/** An alert made of these fields; reading real alerts is `domain/read-alert.ts`'s work. */
export function alertOf(fields: JsonObject, more: Partial<SinkAlert> = {}): SinkAlert {
  const text = (name: string): string => {
    const value = fields[name];
    return typeof value === "string" ? value : "";
  };
  const tags = fields["tags"];
  const body = stringifyJson({ ...fields, "event-sinks-hops": 1 });
  let parsed: JsonObject | undefined;
  return {
    uid: "019db000-0000-7000-8000-000000000001",
    tenantId: text("tenant_id"),
    id: text("id"),
    name: text("name"),
    action: "trigger",
    dedupKey: text("detection_rule_id") || text("id"),
    hasExplicitKey: false,
    severityId: severityFromId(Number(fields["severity_id"] ?? 0)) ?? 0,
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string") : [],
    staging: false,
    body,
    template: null,
    receivedAt: Date.UTC(2026, 3, 20, 21, 51, 14),
    fields() {
      parsed ??= readFields(body);
      return parsed;
    },
    ...more,
  };
}

function readFields(body: string): JsonObject {
  const fields = parseJson(body);
  return isJsonObject(fields) ? fields : {};
}
