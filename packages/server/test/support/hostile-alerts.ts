import fc from "fast-check";
import type { SinkAlert } from "../../src/domain/alert.ts";
import { alertActions } from "../../src/domain/delivery.ts";
import {
  type JsonObject,
  type JsonValue,
  parseJson,
  stringifyJson,
} from "../../src/domain/json.ts";
import { checkTemplate, templateText } from "../../src/domain/template.ts";
import { alertOf } from "./sample-alerts.ts";

/** Any sequence of UTF-16 units, lone surrogates included. */
const utf16 = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 300 })
  .map((units) => String.fromCharCode(...units));

const nasty = fc.constantFrom(
  "",
  " ",
  "<!channel> <@U012AB3CD> <#C012AB3CD> <!subteam^S1> <!date^1^{date}|x> <http://a|b>",
  "&lt;!here&gt; & < >",
  "```\n<!everyone>\n```",
  "`a` *b* _c_ ~d~ :tada: @here #general",
  "\u202egnp.exe\u2066\u0000\u001b[31m\r\n\u2028",
  "👩‍👩‍👧‍👦".repeat(60),
  "\ud83d",
  "&".repeat(4_000),
  '\\"'.repeat(3_000),
  "https://example.com/?a=1&b=<script>|x https://example.org/).",
);

const huge = fc
  .tuple(fc.constantFrom("a", "&", "é", "💥", "\n", "<", '"', "`", "\ud83d"), fc.nat(1_000_000))
  .map(([unit, count]) => unit.repeat(count));

const text = fc.oneof(
  { weight: 24, arbitrary: nasty },
  { weight: 24, arbitrary: utf16 },
  { weight: 12, arbitrary: fc.string({ unit: "grapheme", maxLength: 400 }) },
  { weight: 1, arbitrary: huge },
);

const url = fc.oneof(
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
  fc.nat(9_000).map((length) => `https://example.com/${"&a".repeat(length / 2)}`),
  fc.constantFrom("https://münchen.example/ä|b?<>", "HTTP://EXAMPLE.COM", "javascript:alert(1)"),
);

const digits = fc
  .tuple(fc.constantFrom("1776721873702228890", "9".repeat(400), "1e999", "-0.5"), fc.boolean())
  .map(([number]) => parseJson(number));

const deep = fc.nat(2_000).map((depth) => parseJson(`${"[".repeat(depth)}1${"]".repeat(depth)}`));

const value: fc.Arbitrary<JsonValue> = fc.oneof(
  { weight: 8, arbitrary: text },
  { weight: 4, arbitrary: url },
  { weight: 2, arbitrary: digits },
  { weight: 1, arbitrary: deep },
  { weight: 2, arbitrary: fc.constantFrom<JsonValue>(null, true, 0, [], {}, [[]], [{}]) },
);

const name = fc.oneof(
  { weight: 3, arbitrary: fc.string({ minLength: 1, maxLength: 30 }) },
  { weight: 1, arbitrary: fc.constantFrom("constructor", "__proto__", "toString", "View in <b>") },
  { weight: 2, arbitrary: utf16 },
);

const row = fc.oneof(
  { weight: 5, arbitrary: fc.dictionary(name, value, { maxKeys: 8 }) },
  { weight: 1, arbitrary: fc.array(value, { maxLength: 4 }) },
  { weight: 1, arbitrary: value },
);

/** As many as an alert of 2 MiB could hold. */
function repeated(one: JsonValue, count: number): JsonValue[] {
  const room = Math.floor(1_500_000 / (stringifyJson(one).length + 1));
  return Array<JsonValue>(Math.min(count, room)).fill(one);
}

const table: fc.Arbitrary<JsonValue> = fc.oneof(
  value,
  fc.record({
    columns: fc.oneof(fc.array(name, { maxLength: 30 }), value),
    rows: fc.oneof(
      fc.array(row, { maxLength: 20 }),
      fc.tuple(row, fc.nat(20_000)).map(([one, count]) => repeated(one, count)),
    ),
    total_row_count: fc.oneof(fc.nat(), value),
  }),
);

const entry = fc.record({
  label: fc.oneof(
    text,
    name,
    fc
      .constantFrom("payload.summary", "payload.custom_details", "links[0].href", "client_url")
      .map((path) => `@pagerduty.${path}`),
  ),
  value: fc.oneof(
    value,
    url,
    fc.constantFrom("{{name}}", "{{results_table}}", "{{results_table.rows[0]}} {{nope}}", "{{{{"),
  ),
});

/** As intake stores them: well-formed, whatever they hold. */
const template = fc
  .record({
    info: fc.array(entry, { maxLength: 60 }),
    actions: fc.array(entry, { maxLength: 60 }),
  })
  .map((made) => templateText(checkTemplate(made).template));

/** Alerts no sane source sends, of every action. */
export const hostileAlert: fc.Arbitrary<SinkAlert> = fc
  .record({
    known: fc.record(
      {
        detection_rule_id: value,
        description: value,
        query_text: value,
        detected_in_time_range: fc.oneof(value, fc.record({ start: value, end: value })),
        timestamp: value,
        tags: fc.array(text, { maxLength: 40 }),
        results_table: table,
      },
      { requiredKeys: [] },
    ),
    others: fc.dictionary(name, value, { maxKeys: 40 }),
    name: text,
    id: text,
    dedupKey: text,
    severityId: fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 99),
    action: fc.constantFrom(...alertActions),
    template: fc.option(template, { freq: 2 }),
  })
  .map(({ known, others, name: alertName, id, dedupKey, ...more }) => {
    const fields: JsonObject = { ...others, ...known, name: alertName, id };
    // Intake refuses a blank name or key; everything else may be anything.
    return alertOf(fields, {
      name: alertName.trim() === "" ? "x" : alertName,
      dedupKey: dedupKey.trim() === "" ? "key" : dedupKey.slice(0, 255),
      ...more,
    });
  });
