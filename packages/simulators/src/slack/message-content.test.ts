import assert from "node:assert/strict";
import { test } from "node:test";
import { readMessageContent } from "./message-content.ts";

const read = (args: Record<string, unknown>) =>
  readMessageContent(
    { method: "chat.postMessage", token: null, args, basic: null, warnings: [] },
    40_000,
  );

function refusalOf(args: Record<string, unknown>) {
  const result = read({ text: "fallback", ...args });
  return result.ok ? null : { error: result.error, messages: result.messages ?? [] };
}

const assertTaken = (...blocks: unknown[]) => assert.deepEqual(refusalOf({ blocks }), null);

/** Asserts that one block is refused, and that each message given is among Slack's. */
function assertInvalid(block: unknown, ...messages: string[]) {
  const refusal = refusalOf({ blocks: [block] });
  assert.equal(refusal?.error, "invalid_blocks", JSON.stringify(block)?.slice(0, 200));
  for (const message of messages) {
    assert.ok(refusal.messages.includes(message), refusal.messages.join("\n"));
  }
}

const x = (count: number) => "x".repeat(count);
const plain = (count: number) => ({ type: "plain_text", text: x(count) });
const mrkdwn = (count: number) => ({ type: "mrkdwn", text: x(count) });
const button = (more: object = {}) => ({ type: "button", text: plain(75), ...more });
const cell = (count = 1) => ({ type: "raw_text", text: x(count) });

test("every block kind this product may send is taken at its limits", () => {
  assertTaken({ type: "header", text: { ...plain(150), emoji: true }, block_id: x(255) });
  assertTaken({ type: "section", text: mrkdwn(3_000), accessory: button({ url: "https://a.b/" }) });
  assertTaken({ type: "section", fields: Array(5).fill(mrkdwn(2_000)) });
  assertTaken({ type: "section", fields: Array(10).fill(plain(10)) });
  assertTaken({
    type: "context",
    elements: [
      ...Array(9).fill(mrkdwn(10)),
      { type: "image", image_url: "https://a.b/c.png", alt_text: x(10) },
    ],
  });
  assertTaken({ type: "divider" });
  assertTaken({
    type: "actions",
    elements: Array.from({ length: 25 }, (_each, index) =>
      button({ action_id: `a${index}`, url: "https://a.b/", value: x(2_000), style: "danger" }),
    ),
  });
  assertTaken({
    type: "image",
    image_url: "https://a.b/c.png",
    alt_text: x(2_000),
    title: plain(9),
  });
  assertTaken({
    type: "rich_text",
    elements: [
      { type: "rich_text_preformatted", border: 0, elements: [{ type: "text", text: "a\nb" }] },
      {
        type: "rich_text_section",
        elements: [
          { type: "text", text: "a", style: { bold: true } },
          { type: "link", url: "https://a.b/", text: "l" },
          { type: "emoji", name: "rotating_light" },
        ],
      },
      {
        type: "rich_text_list",
        style: "bullet",
        elements: [{ type: "rich_text_section", elements: [{ type: "text", text: "a" }] }],
      },
    ],
  });
  assertTaken({
    type: "table",
    rows: Array(100).fill(Array(20).fill(cell())),
    column_settings: [{ align: "right", is_wrapped: true }, null],
  });
});

test("texts one character too long, or empty, are refused with a pointer", () => {
  assertInvalid(
    { type: "section", text: mrkdwn(3_001) },
    "failed to match all allowed schemas [json-pointer:/blocks/0/text]",
    "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
  );
  assertInvalid(
    { type: "section", text: mrkdwn(0) },
    "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
  );
  assertInvalid(
    { type: "section", fields: [mrkdwn(1), mrkdwn(2_001)] },
    "must be less than 2001 characters [json-pointer:/blocks/0/fields/1/text]",
  );
  assertInvalid(
    { type: "header", text: plain(151) },
    "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
  );
  assertInvalid(
    { type: "actions", elements: [{ type: "button", text: plain(76) }] },
    "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
  );
  assertInvalid({ type: "actions", elements: [button({ value: x(2_001) })] });
  assertInvalid({ type: "actions", elements: [button({ url: `https://a.b/${x(3_000)}` })] });
  assertInvalid({ type: "actions", elements: [button({ action_id: x(256) })] });
  assertInvalid({ type: "divider", block_id: x(256) });
  assertInvalid({
    type: "rich_text",
    elements: [{ type: "rich_text_section", elements: [{ type: "text", text: "" }] }],
  });
});

test("lists one item too long, or empty, are refused with a pointer", () => {
  assertInvalid(
    { type: "section", fields: Array(11).fill(mrkdwn(1)) },
    "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
  );
  assertInvalid(
    { type: "context", elements: Array(11).fill(mrkdwn(1)) },
    "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
  );
  assertInvalid(
    { type: "actions", elements: Array(26).fill(button()) },
    "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
  );
  assertInvalid({ type: "actions", elements: [] });
  assertInvalid({ type: "table", rows: Array(101).fill([cell()]) });
  assertInvalid({ type: "table", rows: [Array(21).fill(cell())] });
  assertInvalid({ type: "table", rows: [[cell()]], column_settings: Array(21).fill(null) });
  const refusal = refusalOf({ blocks: Array(51).fill({ type: "divider" }) });
  assert.deepEqual(refusal, {
    error: "invalid_blocks",
    messages: ["no more than 50 items allowed [json-pointer:/blocks]"],
  });
  assertTaken(...Array(50).fill({ type: "divider" }));
});

test("wrong kinds, missing, unknown and repeated fields are refused", () => {
  assertInvalid({ type: "sections" }, "unsupported type: sections [json-pointer:/blocks/0/type]");
  assertInvalid(
    { type: "section" },
    "must define either `text` or `fields` [json-pointer:/blocks/0/type]",
  );
  assertInvalid({ type: "header", text: mrkdwn(3) });
  assertInvalid({ type: "header", text: "raw" });
  assertInvalid({ type: "actions", elements: [{ type: "button", text: mrkdwn(3) }] });
  assertInvalid({ type: "actions", elements: [button({ style: "warning" })] });
  assertInvalid({ type: "actions", elements: [button({ url: "not a url" })] });
  assertInvalid({ type: "actions", elements: [button({ url: "javascript:alert(1)" })] });
  assertInvalid(
    { type: "divider", text: "x" },
    "invalid additional property: text [json-pointer:/blocks/0]",
  );
  assertInvalid({ type: "divider", toString: 1 });
  assertInvalid({ type: "constructor" });
  assertInvalid({ type: "table", rows: [[{ type: "mrkdwn", text: "x" }]] });
  assertInvalid({ type: "table", rows: [[cell(0)]] });
  assertInvalid("divider");
  assertInvalid(null);
  const twice = { type: "divider", block_id: "same" };
  assert.equal(refusalOf({ blocks: [twice, twice] })?.error, "invalid_blocks");
  const same = button({ action_id: "same" });
  assertInvalid({ type: "actions", elements: [same, same] });
});

test("tables hold 10,000 characters, and a message one table", () => {
  const sized = (count: number) => ({ type: "table", rows: [[cell(5_000), cell(count - 5_000)]] });
  assertTaken(sized(10_000));
  assertInvalid(sized(10_001));
  const small = { type: "table", rows: [[cell()]] };
  const two = { error: "invalid_attachments", messages: ["only_one_table_allowed"] };
  assert.deepEqual(refusalOf({ blocks: [small, small] }), two);
  assert.deepEqual(refusalOf({ blocks: [small], attachments: [{ blocks: [small] }] }), two);
});

test("all texts together stay under the lowest size ever refused, and blocks weigh too", () => {
  const sections = (count: number, each: number) =>
    Array.from({ length: count }, () => ({ type: "section", text: mrkdwn(each) }));
  assertTaken(...sections(4, 2_824));
  assert.equal(refusalOf({ blocks: sections(4, 2_825) })?.error, "msg_blocks_too_long");
  assertTaken(...sections(49, 148));
  assert.equal(refusalOf({ blocks: sections(50, 148) })?.error, "msg_blocks_too_long");
  const split = { blocks: sections(2, 2_900), attachments: [{ blocks: sections(2, 2_900) }] };
  assert.equal(refusalOf(split)?.error, "msg_blocks_too_long");
});

test("attachments carry a colour and blocks, within their own limits", () => {
  const good = { color: "#d00000", fallback: "f", footer: x(300), blocks: [{ type: "divider" }] };
  assert.equal(refusalOf({ attachments: [good] }), null);
  assert.equal(refusalOf({ attachments: [{ color: "danger" }] }), null);
  assert.equal(refusalOf({ attachments: Array(101).fill({}) })?.error, "too_many_attachments");
  for (const bad of [{ color: "red" }, { footer: x(301) }, { body: "x" }]) {
    assert.equal(refusalOf({ attachments: [bad] })?.error, "invalid_attachments");
  }
  assert.deepEqual(
    refusalOf({ attachments: [{ blocks: [{ type: "header", text: plain(151) }] }] })?.messages[1],
    "must be less than 151 characters [json-pointer:/attachments/0/blocks/0/text/text]",
  );
});

test("text and lists as a whole: none, too long, not a list, mixed with markdown", () => {
  assert.equal(refusalOf({ text: "" })?.error, "no_text");
  assert.equal(refusalOf({ text: "", blocks: [] })?.error, "no_text");
  assert.equal(refusalOf({ text: x(40_001) })?.error, "msg_too_long");
  assert.equal(refusalOf({ text: x(40_000) }), null);
  assert.equal(refusalOf({ text: 5 })?.error, "invalid_arguments");
  assert.equal(refusalOf({ blocks: {} })?.error, "invalid_blocks_format");
  assert.equal(refusalOf({ blocks: "[{" })?.error, "invalid_blocks_format");
  assert.equal(refusalOf({ markdown_text: "a" })?.error, "markdown_text_conflict");
});
