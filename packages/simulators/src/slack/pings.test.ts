import assert from "node:assert/strict";
import { test } from "node:test";
import { findPings } from "./pings.ts";

const inText = (text: string, hasLinkedNames = false) =>
  findPings({ text, blocks: null, attachments: null }, hasLinkedNames).map((ping) => ping.sequence);

test("unescaped control sequences are found, one by one", () => {
  assert.deepEqual(
    inText("a <!channel> b <!here|here> c <@U012AB3CD> d <#C024BE7LR|x> e <!subteam^S1|@team>"),
    ["<!channel>", "<!here|here>", "<@U012AB3CD>", "<#C024BE7LR|x>", "<!subteam^S1|@team>"],
  );
});

test("escaped text, links and dates call nobody", () => {
  assert.deepEqual(inText("&lt;!channel&gt; <https://a.b/?x=@here|go> <mailto:a@b.c|a>"), []);
  assert.deepEqual(inText("<!date^1392734382^{date}|then> a@here.com @here"), []);
});

test("bare names count only where names are linked", () => {
  assert.deepEqual(inText("call @here and @dan, not a@b.c", true), ["@here", "@dan"]);
});

test("mrkdwn is read wherever it stands, plain text and rich text are not", () => {
  const blocks = [
    { type: "header", text: { type: "plain_text", text: "<!channel>" } },
    { type: "section", text: { type: "mrkdwn", text: "<!here>" } },
    { type: "section", fields: [{ type: "mrkdwn", text: "<@U1>" }] },
    { type: "context", elements: [{ type: "mrkdwn", text: "<!everyone>" }] },
    {
      type: "rich_text",
      elements: [
        {
          type: "rich_text_section",
          elements: [
            { type: "text", text: "<!channel>" },
            { type: "broadcast", range: "channel" },
          ],
        },
      ],
    },
    { type: "table", rows: [[{ type: "raw_text", text: "<!channel>" }]] },
  ];
  const attachments = [
    { fallback: "<@U2>", color: "danger", fields: [{ title: "<@U3>", value: "<@U4>" }] },
    { blocks: [{ type: "section", text: { type: "mrkdwn", text: "<@U5>" } }] },
  ];
  assert.deepEqual(
    findPings({ text: "", blocks, attachments }, false).map((ping) => ping.at),
    [
      "/blocks/1/text/text",
      "/blocks/2/fields/0/text",
      "/blocks/3/elements/0/text",
      "/blocks/4/elements/0/elements/1",
      "/attachments/0/fallback",
      "/attachments/0/fields/0/title",
      "/attachments/0/fields/0/value",
      "/attachments/1/blocks/0/text/text",
    ],
  );
});
