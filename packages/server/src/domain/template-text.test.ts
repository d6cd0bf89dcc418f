import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isJsonObject, type JsonObject, type JsonValue, parseJson, stringifyJson } from "./json.ts";
import { findValue, onlyPath, renderText, valueText } from "./template-text.ts";

function fieldsOf(json: string): JsonObject {
  const value = parseJson(json);
  assert.ok(isJsonObject(value));
  return value;
}

const fields = fieldsOf(`{
  "name": "Closure", "timestamp": 1776721873702228890, "price": 1.50, "staging": false, "owner": null,
  "tags": ["a", "b"], "View in Scanner": "https://app.scanner.dev/x",
  "detected_in_time_range": {"start": "s", "end": "e"},
  "results_table": {"rows": [{"userIdentity.arn": "arn:aws:iam::1:user/x", "@q.count": 3}, {"userIdentity.arn": "second"}]}
}`);

test("both path forms lead to the same value, with spaces inside the braces or without", () => {
  const path = "results_table.rows[0].userIdentity.arn";
  for (const text of [`{{@alert.${path}}}`, `{{${path}}}`, `{{  @alert.${path} }}`]) {
    assert.equal(renderText(text, fields), "arn:aws:iam::1:user/x");
  }
  assert.equal(renderText("{{results_table.rows[1].userIdentity.arn}}", fields), "second");
  assert.equal(renderText("{{View in Scanner}}", fields), "https://app.scanner.dev/x");
});

test("values are shown whole: digits, compact JSON, booleans and null", () => {
  const expected: [string, string][] = [
    ["at {{timestamp}}!", "at 1776721873702228890!"],
    ["{{tags}} {{tags[1]}}", '["a","b"] b'],
    ["{{detected_in_time_range}}", '{"start":"s","end":"e"}'],
    ["{{staging}}/{{owner}}/{{results_table.rows[0].@q.count}}", "false/null/3"],
  ];
  for (const [text, rendered] of expected) assert.equal(renderText(text, fields), rendered);
});

test("a path that leads nowhere is visible and names itself", () => {
  for (const path of ["nope", "tags[2]", "tags[x]", "tags.0", "name.length", "tags[-1]", "", "."]) {
    assert.equal(renderText(`<{{ ${path} }}>`, fields), `<(missing: ${path})>`);
  }
  for (const path of ["__proto__", "constructor", "toString", "tags.length", "name[0]"]) {
    assert.equal(findValue(path, fields), undefined, path);
  }
});

test("the longest key that leads on wins, a shorter one is tried after it", () => {
  const layered = { "a.b": { x: 1 }, a: { b: { c: 2 }, "b.c": 3 }, "a.b.c": 4, "d[0]": 5, d: [6] };
  assert.equal(renderText("{{a.b.c}} {{a.b.x}} {{d[0]}}", layered), "4 1 5");
  const { "a.b.c": _, ...shorter } = layered;
  assert.equal(renderText("{{a.b.c}}", shorter), "3");
});

test("a bare name is found in the only result row, never in one of several", () => {
  const one = fieldsOf(
    '{"name":"n","results_table":{"rows":[{"host.name":"web-1","name":"row"}]}}',
  );
  assert.equal(renderText("{{host.name}} {{name}}", one), "web-1 n");
  assert.equal(findValue("@alert.host.name", one), undefined);
  assert.equal(findValue("userIdentity.arn", fields), undefined);
});

test("what is filled in is never looked at again", () => {
  const log = { evil: "{{secret}} {{", secret: "s", half: "}}" };
  assert.equal(renderText("{{evil}}{{secret}}", log), "{{secret}} {{s");
  assert.equal(renderText("{{half}} {{ {{secret}}", log), "}} (missing: {{secret)");
});

test("braces that never close are text", () => {
  assert.equal(renderText("a {{name}} {{name", fields), "a Closure {{name");
  assert.equal(renderText("}} { { {}", fields), "}} { { {}");
});

test("one placeholder alone is told apart from text with one in it", () => {
  assert.equal(onlyPath(" {{ @alert.tags }} "), "@alert.tags");
  for (const text of ["{{a}}{{b}}", "x {{a}}", "{{a", "a}}", ""]) {
    assert.equal(onlyPath(text), undefined, text);
  }
});

/** Short keys out of few letters, so that paths meet keys with dots and brackets. */
const trickyKey = fc.string({ unit: fc.constantFrom("a", "b", ".", "[", "]", "0"), maxLength: 5 });
const trickyValue = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.string(),
    fc.integer(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(trickyKey, tie("value"), { maxKeys: 6 }),
  ),
})).value;

test("any text and any alert give a text within its limit, and text without braces stays", () => {
  const placeholders = fc.oneof(
    fc.string(),
    trickyKey.map((key) => `{{${key}}}`),
  );
  fc.assert(
    fc.property(
      fc.array(placeholders),
      fc.dictionary(trickyKey, trickyValue),
      fc.integer({ min: 1, max: 200 }),
      (parts, alert, lengthMax) => {
        const text = parts.join("");
        const rendered = renderText(text, alert, lengthMax);
        assert.ok(rendered.length <= lengthMax);
        if (!text.includes("{{")) assert.equal(renderText(text, alert), text);
      },
    ),
  );
});

test("every value of an alert is reached by the path that leads to it", () => {
  const key = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 3 });
  const value = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: "medium" },
      fc.integer(),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(key, tie("value"), { maxKeys: 3 }),
    ),
  })).value;
  const walk = (at: JsonValue, path: string): void => {
    if (path !== "") assert.equal(findValue(path, alert), at, path);
    if (Array.isArray(at)) at.forEach((item, index) => void walk(item, `${path}[${index}]`));
    else if (isJsonObject(at)) {
      for (const [name, item] of Object.entries(at))
        walk(item, path === "" ? name : `${path}.${name}`);
    }
  };
  let alert: JsonObject = {};
  fc.assert(
    fc.property(fc.dictionary(key, value), (made) => {
      alert = made;
      walk(made, "");
    }),
  );
});

test("compact JSON is what JSON.stringify writes, cut at the limit", () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 8 }),
      fc.integer({ min: 1, max: 60 }),
      (made, lengthMax) => {
        const value = parseJson(JSON.stringify(made));
        const whole = typeof value === "string" ? value : stringifyJson(value);
        assert.equal(valueText(value, 100_000), whole);
        const cut = valueText(value, lengthMax);
        if (whole.length <= lengthMax) assert.equal(cut, whole);
        else assert.ok(cut.length <= lengthMax && cut.endsWith("…"), cut);
      },
    ),
  );
});

test("hostile paths and values cost little", () => {
  let deep: JsonValue = 1;
  for (let level = 0; level < 300; level++) deep = { a: deep, "a.a": deep, "a.a.a": deep };
  const path = `a${".a".repeat(250)}.b`;
  const wide = { a: deep, list: Array.from({ length: 100_000 }, (_, index) => ({ index })) };
  const startedAt = performance.now();
  for (const text of [
    `{{${path}}}`,
    "{{list}}".repeat(1_000),
    "{{".repeat(200_000),
    `{{${"[0]".repeat(9_000)}}}`,
  ]) {
    assert.ok(renderText(text, wide).length <= 10_000);
  }
  assert.ok(performance.now() - startedAt < 1_000);
  assert.match(
    renderText("{{a}}", { a: parseJson("[".repeat(4_000) + "]".repeat(4_000)) }),
    /^\[+…\]+$/,
  );
});
