import assert from "node:assert/strict";
import { test } from "node:test";
import { alertOf, sampleAlert } from "../../../test/support/sample-alerts.ts";
import { withAction } from "../../../test/support/sink-steps.ts";
import type { SinkAlert } from "../../domain/alert.ts";
import type { JsonObject, JsonValue } from "../../domain/json.ts";
import { alertMessage } from "./blocks.ts";
import { fitMrkdwn } from "./mrkdwn.ts";

function alertWith(fields: JsonObject, more: Partial<SinkAlert> = {}): SinkAlert {
  return alertOf({ id: "a1", name: "An alert", ...fields }, more);
}

/** All texts of a message, joined. */
function textsOf(alert: SinkAlert): string {
  const texts: string[] = [];
  JSON.stringify(alertMessage(alert), (key, value) => {
    if (key === "text" && typeof value === "string") texts.push(value);
    return value;
  });
  return texts.join("\n");
}

const results = (columns: string[], rows: JsonObject[], total_row_count: JsonValue = rows.length) =>
  alertWith({ results_table: { columns, rows, total_row_count } });

test("the header says how bad it is, in a symbol and in words", () => {
  const headers = ([0, 1, 2, 3, 4, 5, 6, 99] as const).map((severityId) =>
    textsOf(alertWith({}, { severityId })).split("\n").at(0),
  );
  assert.deepEqual(headers, [
    "⚪ Alert: An alert",
    "🔵 Informational: An alert",
    "🔵 Low: An alert",
    "🟡 Medium: An alert",
    "🟠 High: An alert",
    "🔴 Critical: An alert",
    "🟣 Fatal: An alert",
    "⚪ Alert: An alert",
  ]);
});

test("a resolve and an acknowledge say so, without repeating the findings", () => {
  const alert = sampleAlert("scanner-alert");
  const resolved = textsOf(withAction(alert, "resolve"));
  assert.match(resolved, /✅ Resolved: AWS CloudTrail - Account closure/);
  assert.doesNotMatch(resolved, /Results|Tags/);
  assert.match(textsOf(withAction(alert, "acknowledge")), /👀 Acknowledged: AWS CloudTrail/);
});

test("alert text can ping nobody and make no link of its own", () => {
  const text = "<!channel> <@U012AB3CD> <https://evil.example|Slack> & *hi*";
  const texts = textsOf(
    alertWith({ description: text, results_table: { columns: [text], rows: [{ [text]: text }] } }),
  );
  assert.ok(texts.includes("&lt;!channel&gt; &lt;@U012AB3CD&gt;"));
  // What looks like a URL becomes a link to itself, never to something else.
  assert.match(texts, /&lt;<https:\/\/evil\.example>\|Slack&gt;/);
  assert.doesNotMatch(texts, /<[!@#]/);
});

test("a single row and a wide table are lists, a narrow table is a grid", () => {
  const narrow = textsOf(
    results(
      ["user", "count"],
      [
        { user: "ann", count: 12 },
        { user: "bo", count: 7 },
      ],
    ),
  );
  assert.ok(
    narrow.includes(
      "*Results* (2 rows)\n```\nuser  count\n----  -----\nann      12\nbo        7\n```",
    ),
  );
  const one = textsOf(results(["user", "count"], [{ user: "ann", count: 12 }]));
  assert.ok(one.includes("*Results* (1 row)\n```\nuser   ann\ncount  12\n```"));
  const wide = textsOf(results(["text"], [{ text: "x".repeat(100) }, { text: "y" }]));
  assert.ok(wide.includes(`text  ${"x".repeat(100)}\n\ntext  y`));
});

test("a template's texts are sections, its URLs the first buttons, and nothing shows twice", () => {
  const alert = alertWith(
    {
      user: "eve",
      "What to do": "Call eve",
      Runbook: "https://wiki.example.com/",
      Other: "https://e.com/",
    },
    {
      template: JSON.stringify({
        info: [
          { label: "What to do", value: "Call {{user}}" },
          { label: "Gone", value: "{{nowhere}}" },
          { label: "*<!here>*", value: "<!channel>" },
        ],
        actions: [
          { label: "Runbook", value: "https://wiki.example.com/" },
          { label: "On call", value: "#identity" },
        ],
        added: ["What to do", "Runbook"],
      }),
    },
  );
  const texts = textsOf(alert);
  assert.match(texts, /\*What to do\*\nCall eve/);
  assert.match(texts, /\*Gone\*\n\(missing: nowhere\)/);
  assert.match(texts, /\*On call\*\n#identity/);
  assert.match(texts, /\*∗&lt;!here&gt;∗\*\n&lt;!channel&gt;/);
  assert.match(texts, /Runbook\nOther\n/);
  assert.equal(texts.match(/Runbook/g)?.length, 1);
  assert.doesNotMatch(textsOf(withAction(alert, "resolve")), /Call eve/);
});

test("a template with more texts than have room says how many are left out", () => {
  const info = Array.from({ length: 50 }, (_, index) => ({
    label: `Text ${index}`,
    value: '"'.repeat(400),
  }));
  const { blocks } = alertMessage(
    alertWith({}, { template: JSON.stringify({ info, actions: [] }) }),
  );
  assert.match(JSON.stringify(blocks), /_and \d+ more_/);
  assert.ok(JSON.stringify(blocks).length <= 9_000);
});

test("rows that have no room are counted, those never sent included", () => {
  const rows = Array.from({ length: 300 }, (_, index) => ({ n: index, t: "x".repeat(30) }));
  const texts = textsOf(results(["n", "t"], rows, 12_345));
  const shown = texts.match(/^ *\d+ +x+$/gm)?.length ?? 0;
  assert.equal(shown, 20);
  assert.ok(texts.includes(`_and ${(12_345 - shown).toLocaleString("en-US")} more rows_`));
});

test("a table without column names, with odd cells and odd columns can be read", () => {
  const table = { rows: [{ constructor: { a: 1 }, b: [1, "<"], c: null, d: true }] };
  const texts = textsOf(alertWith({ results_table: table }));
  assert.match(texts, /constructor {2}\{"a":1\}/);
  assert.match(texts, /b {12}\[1,"&lt;"\]/);
  const inherited = textsOf(results(["constructor", "n"], [{ n: 1 }]));
  assert.match(inherited, /constructor\nn {12}1/);
});

test("a cell cannot end the code block it stands in", () => {
  const texts = textsOf(results(["cmd"], [{ cmd: "```\n<!here> `id`" }]));
  assert.equal(texts.split("```").length, 3);
});

test("an alert with much of everything fills the message and stays within it", () => {
  const rows = Array.from({ length: 500 }, (_, index) => ({
    n: index,
    t: '"'.repeat(90),
  }));
  const links = Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [`Open ${index}`, `https://e.com/${"a".repeat(80)}`]),
  );
  const tags = Array.from({ length: 60 }, (_, index) => `tag.number.${index}`);
  const alert = alertWith(
    {
      ...links,
      tags,
      description: '"quoted" '.repeat(1_000),
      detection_rule_id: '"'.repeat(500),
      results_table: { columns: ["n", "t"], rows },
    },
    { name: '"'.repeat(500) },
  );
  const length = JSON.stringify(alertMessage(alert).blocks).length;
  assert.ok(length > 8_700 && length <= 9_000, `${length} characters`);
});

test("big numbers keep their digits in a table", () => {
  const alert = alertOf(
    {
      id: "a1",
      name: "x",
      results_table: { rows: [{ n: JSON.rawJSON("1776721873702228890") }] },
    },
    {},
  );
  assert.match(textsOf(alert), /n {2}1776721873702228890/);
});

test("each URL in a field of the caller's becomes a button, in order, while there is room", () => {
  const fields = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [`Open ${index}`, `https://example.com/${index}`]),
  );
  const { blocks } = alertMessage(alertWith({ ...fields, Note: "text", query_text: "https://x/" }));
  const actions = blocks.find(({ type }) => type === "actions");
  assert.ok(actions !== undefined && Array.isArray(actions["elements"]));
  assert.equal(actions["elements"].length, 25);
  const labels = JSON.stringify(actions);
  assert.ok(labels.includes('"Open 0"') && labels.includes('"Open 24"'));
  assert.ok(!labels.includes("https://x/"));
});

test("one very long URL still is a button, an impossible one is left out", () => {
  const long = `https://example.com/${"a".repeat(2_900)}`;
  const texts = JSON.stringify(alertMessage(alertWith({ Long: long, Longer: `${long}${long}` })));
  assert.ok(texts.includes(long) && !texts.includes(long + long));
});

test("the time range and the context line are in UTC", () => {
  const texts = textsOf(sampleAlert("scanner-alert-iam-admin-attach"));
  assert.match(texts, /\*Detected in\* 2026-04-20 03:42:00 to 03:47:12 UTC/);
  assert.match(texts, /Rule b91e2f04-5d3a-4a77-9e1c-2f4f0c7a9b6d\nAlert a1b2c3d4/);
});

test("only what is replayed says so", () => {
  const alert = sampleAlert("scanner-alert-iam-admin-attach");
  assert.match(textsOf({ ...alert, isReplay: true }), /UTC\nReplay$/m);
  assert.doesNotMatch(textsOf(alert), /Replay/);
});

test("text is cut before it is escaped, between characters, and measured after", () => {
  assert.equal(fitMrkdwn("&&&&", 12), "&amp;&amp;…".slice(0, 12));
  assert.equal(fitMrkdwn("a&b", 7), "a&amp;b");
  assert.equal(fitMrkdwn("💥💥💥", 4), "💥…");
  assert.equal(fitMrkdwn("\ud83d", 10), "\ufffd");
  assert.equal(fitMrkdwn("short", 10), "short");
});
