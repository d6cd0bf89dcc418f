import assert from "node:assert/strict";
import { test } from "node:test";
import { alertOf, sampleAlert } from "../../../test/support/sample-alerts.ts";
import {
  inputFor,
  problemOf,
  readSink,
  sentOf,
  withAction,
} from "../../../test/support/sink-steps.ts";
import type { SinkAlert } from "../../domain/alert.ts";
import type { StepInput } from "../sink-type.ts";
import { email } from "./email.ts";

const vendors = {
  slackApi: "https://slack.com/api/",
  pagerduty: "https://events.pagerduty.com",
  mailFrom: "Event Sinks <alerts@example.com>",
};
const sink = readSink(email, { to: ["a@example.com"] });

function mailOf(alert: SinkAlert, more: Partial<StepInput> = {}) {
  const sent = sentOf(email.step(inputFor(sink, { alert, vendors, ...more })));
  assert.ok("kind" in sent);
  return sent;
}

test("only plain addresses are taken, one in each string", () => {
  const refused = [
    "a",
    "a@localhost",
    "a@example.com, b@example.com",
    "a@example.com;b@example.com",
    "A <a@example.com>",
    "a@example.com\r\nBcc: b@example.com",
    "a@example.com\n",
    " a@example.com",
    '"a b"@example.com',
    "a@@example.com",
    "ä@example.com",
    "a@exämple.com",
    "a@-example.com",
    "@example.com",
    `${"a".repeat(65)}@example.com`,
    `a@${"b.".repeat(130)}com`,
    7,
    null,
  ];
  for (const address of refused) {
    assert.equal(problemOf(email.readArgs({ to: [address] }, null))?.path, "Email.to");
  }
  const many = Array.from({ length: 21 }, (_, at) => `a${at}@example.com`);
  for (const to of [[], many, ["a@example.com", "A@EXAMPLE.com"]]) {
    assert.ok(problemOf(email.readArgs({ to }, null)));
  }
  const taken = ["o'neill+x@mail.example.co.uk", "a.b_c-d@1.example.com"];
  assert.deepEqual(readSink(email, { to: taken }).settings, { to: taken });
  assert.deepEqual(readSink(email, {}, sink), sink);
  assert.equal(email.target({ to: [...taken, "x@y.z"] }), `${taken[0]} and 2 more`);
});

test("mails of one problem share a thread, other problems and tenants do not", () => {
  const one = sampleAlert("scanner-alert");
  const threadOf = (alert: SinkAlert) => mailOf(alert).headers["References"];
  assert.equal(threadOf(one), threadOf(withAction({ ...one, id: "other" }, "resolve")));
  assert.notEqual(threadOf(one), threadOf({ ...one, dedupKey: "another" }));
  assert.notEqual(threadOf(one), threadOf({ ...one, tenantId: "another" }));
  assert.equal(mailOf(one).headers["In-Reply-To"], threadOf(one));
});

test("the Message-ID is the delivery's, under the sender's domain", () => {
  const alert = sampleAlert("scanner-alert");
  const deliveryId = "019b7600-0000-7000-8000-00000000000b";
  assert.equal(mailOf(alert, { deliveryId }).messageId, `${deliveryId}@example.com`);
  assert.equal(mailOf(alert, { deliveryId, now: 1 }).messageId, `${deliveryId}@example.com`);
});

test("subjects name the severity or the state, on one line of 200 at most", () => {
  const alert = sampleAlert("scanner-alert");
  assert.equal(mailOf(alert).subject, "[Critical] AWS CloudTrail - Account closure");
  assert.match(mailOf(withAction(alert, "resolve")).subject, /^\[Resolved\] /);
  assert.match(mailOf(withAction(alert, "acknowledge")).subject, /^\[Acknowledged\] /);
  const long = mailOf({ ...alert, name: `a\r\nBcc: x@y.z ${"b".repeat(900)}` }).subject;
  assert.ok(long.length <= 200);
  assert.match(long, /^\[Critical\] a Bcc: x@y\.z b+…$/);
});

test("what fires gravely is marked important, its end is not", () => {
  const alert = sampleAlert("scanner-alert");
  assert.equal(mailOf(alert).headers["Importance"], "high");
  assert.equal(mailOf(withAction(alert, "resolve")).headers["Importance"], undefined);
  assert.equal(mailOf({ ...alert, severityId: 2 }).headers["Importance"], undefined);
});

test("text and HTML tell the same, and the HTML escapes it", () => {
  const rows = Array.from({ length: 60 }, (_, at) => ({ user: `<b>u${at}</b>`, n: at }));
  const alert = alertOf({
    id: "a1",
    name: 'A "quoted" <script>alert(1)</script>',
    description: "one & two",
    results_table: { columns: ["user", "n"], rows, total_row_count: 87 },
    Runbook: 'https://x.example/?a=1&b="2"',
  });
  const { text, html } = mailOf(alert);
  for (const said of ["one & two", "Results (87 rows)", "<b>u49</b>", "and 37 more rows"]) {
    assert.ok(text.includes(said), said);
  }
  assert.doesNotMatch(html, /<script|<b>u/);
  assert.ok(html.includes("one &amp; two") && html.includes("&lt;b&gt;u49&lt;/b&gt;"));
  assert.ok(html.includes('href="https://x.example/?a=1&amp;b=%222%22"'));
  assert.match(html, /and 37 more rows/);
  assert.doesNotMatch(html, /(src|background)=|url\(/i);
});
