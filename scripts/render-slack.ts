/**
 * Writes a page that shows representative Slack messages about as Slack draws them, for looking
 * at: `node scripts/render-slack.ts > slack.html`. Nothing depends on it.
 */

import type { SinkAlert } from "../packages/server/src/domain/alert.ts";
import type { JsonObject } from "../packages/server/src/domain/json.ts";
import { alertMessage, problemMessage } from "../packages/server/src/sinks/slack/blocks.ts";
import { newMessage } from "../packages/server/src/sinks/slack/conversation.ts";
import { repeatReply } from "../packages/server/src/sinks/slack/replies.ts";
import { rollUpMessage } from "../packages/server/src/sinks/slack/roll-up-message.ts";
import { alertOf, sampleAlert } from "../packages/server/test/support/sample-alerts.ts";
import { renderSlackPage } from "./render-slack/slack-page.ts";

const receivedAt = Date.UTC(2026, 3, 20, 21, 51, 14);
const hourMs = 3_600_000;

function logins(index: number): JsonObject {
  return {
    user: `user-${index}@example.com`,
    source: `203.0.113.${index}`,
    country: index % 3 === 0 ? "Brazil" : "Germany",
    failures: index * 17,
  };
}

const table: SinkAlert = alertOf(
  {
    id: "4b825dc6-42cb-4b82-9dc6-42cb4b825dc6",
    name: "Okta - Many failed logins for one user",
    description:
      "More than 20 failed logins in 5 minutes.\nSee https://wiki.example.com/runbooks/okta for what to do & whom to ask.",
    severity_id: 3,
    tags: ["okta", "tactics.ta0006.credential_access"],
    detected_in_time_range: { start: "2026-04-20T21:45:00Z", end: "2026-04-20T21:50:00Z" },
    results_table: {
      columns: ["user", "source", "country", "failures"],
      rows: Array.from({ length: 40 }, (_, index) => logins(index)),
      total_row_count: 77,
    },
    "View in Scanner": "https://app.scanner.dev/x",
  },
  {
    receivedAt,
    template: JSON.stringify({
      info: [
        { label: "First account", value: "{{results_table.rows[0].user}}" },
        { label: "What to do", value: "Lock the account, then call the user." },
      ],
      actions: [
        { label: "Runbook", value: "https://wiki.example.com/runbooks/okta" },
        { label: "On call", value: "ask #identity" },
      ],
    }),
  },
);

const many = Array.from({ length: 500 }, (_, index) =>
  sampleAlert("scanner-alert-iam-admin-attach", {
    name:
      index % 9 === 0
        ? `S3 bucket ${index} made public`
        : `Port scan from 198.51.100.${index % 40}`,
    dedupKey: index % 9 === 0 ? `s3-${index}` : `scan-${index % 40}`,
    severityId: index % 9 === 0 ? 4 : index % 2 === 0 ? 3 : 2,
    receivedAt: receivedAt + index * 150,
  }),
);

const explicit: Partial<SinkAlert> = { receivedAt, hasExplicitKey: true };
const first = newMessage({
  alert: sampleAlert("scanner-alert-iam-admin-attach", explicit),
  earlier: [],
  now: receivedAt,
});
const place = { channel: "C0ALERTS001", ts: "1776721874.000100" };
const repeated = { ...first, ...place, count: 4, lastAt: receivedAt + hourMs };
const graverRepeat = repeatReply(
  { alert: sampleAlert("scanner-alert", explicit), earlier: [] },
  { count: 4, isWorse: true, severityId: 5 },
);
const resolvedAt = receivedAt + 2.1 * hourMs;

process.stdout.write(
  renderSlackPage([
    ["Critical sample", alertMessage(sampleAlert("scanner-alert"))],
    ["High sample, with a wide row", alertMessage(sampleAlert("scanner-alert-iam-admin-attach"))],
    ["40 rows and a template", alertMessage(table)],
    ["Seen four times", problemMessage(repeated, false)],
    ["Resolved", problemMessage({ ...repeated, state: "resolved", stateSince: resolvedAt }, false)],
    [
      "Fired and resolved",
      problemMessage({ ...first, state: "resolved", stateSince: resolvedAt }, true),
    ],
    ["Roll-up of 500", rollUpMessage(many)],
    ["A graver repeat, in the thread and in the channel", { text: graverRepeat, blocks: [] }],
  ]),
);
