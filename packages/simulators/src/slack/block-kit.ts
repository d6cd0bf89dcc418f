/**
 * Slack's Block Kit, as far as this product may send it, written from the published limits:
 * https://docs.slack.dev/reference/block-kit/blocks and the pages below it (read 2026-11-23),
 * and from refusals that people have reported. Block kinds left out here are refused.
 */

import {
  anything,
  byType,
  flag,
  integer,
  list,
  object,
  oneOf,
  type Problem,
  type Shape,
  schema,
  text,
  url,
} from "./block-shapes.ts";
import { richTextBlock } from "./rich-text-shapes.ts";

export const blockCountMax = 50;
export const attachmentCountMax = 100;
const tableCharactersMax = 10_000;

const anyType = text(64);
const id = text(255);

const plainText = (charactersMax: number): Shape =>
  schema(object({ type: oneOf("plain_text"), text: text(charactersMax) }, { emoji: flag }));

const anyText = (charactersMax: number): Shape =>
  schema(
    byType({
      plain_text: object({ type: anyType, text: text(charactersMax) }, { emoji: flag }),
      mrkdwn: object({ type: anyType, text: text(charactersMax) }, { verbatim: flag }),
    }),
  );

const confirm = object(
  { title: plainText(100), text: anyText(300), confirm: plainText(30), deny: plainText(30) },
  { style: oneOf("primary", "danger") },
);

const button = object(
  { type: anyType, text: plainText(75) },
  {
    action_id: id,
    url: url(3_000),
    value: text(2_000),
    style: oneOf("primary", "danger"),
    confirm,
    accessibility_label: text(75),
  },
);

const imageElement = object({ type: anyType, image_url: url(3_000), alt_text: text(2_000) });

const sectionFields = object(
  { type: anyType },
  {
    text: anyText(3_000),
    fields: list(anyText(2_000), 10),
    accessory: byType({ button, image: imageElement }),
    block_id: id,
    expand: flag,
  },
);

const section: Shape = (value, at, problems) => {
  const fields = value as Readonly<Record<string, unknown>>;
  if (fields["text"] === undefined && fields["fields"] === undefined) {
    problems.push({ message: "must define either `text` or `fields`", at: `${at}/type` });
  }
  sectionFields(value, at, problems);
};

/** https://docs.slack.dev/reference/block-kit/blocks/table-block: 100 rows, 20 cells, 10,000 characters. */
const tableFields = object(
  {
    type: anyType,
    rows: list(
      list(
        byType({
          raw_text: object({ type: anyType, text: text(tableCharactersMax) }),
          raw_number: object({ type: anyType, value: anything, text: text(tableCharactersMax) }),
          rich_text: richTextBlock,
        }),
        20,
      ),
      100,
    ),
  },
  {
    block_id: id,
    column_settings: list(
      (value, at, problems) => {
        if (value === null) return;
        object({}, { align: oneOf("left", "center", "right"), is_wrapped: flag })(
          value,
          at,
          problems,
        );
      },
      20,
      0,
    ),
  },
);

const table: Shape = (value, at, problems) => {
  tableFields(value, at, problems);
  const rows = (value as Readonly<Record<string, unknown>>)["rows"];
  if (countText(rows) > tableCharactersMax) {
    const message = `no more than ${tableCharactersMax} characters allowed in all cells`;
    problems.push({ message, at: `${at}/rows` });
  }
};

const block = byType({
  actions: object({ type: anyType, elements: list(byType({ button }), 25) }, { block_id: id }),
  context: object(
    {
      type: anyType,
      elements: list(
        byType({ image: imageElement, plain_text: anyText(3_000), mrkdwn: anyText(3_000) }),
        10,
      ),
    },
    { block_id: id },
  ),
  divider: object({ type: anyType }, { block_id: id }),
  header: object({ type: anyType, text: plainText(150) }, { block_id: id }),
  image: object(
    { type: anyType, image_url: url(3_000), alt_text: text(2_000) },
    { title: plainText(2_000), block_id: id },
  ),
  markdown: object({ type: anyType, text: text(12_000) }, { block_id: id }),
  rich_text: richTextBlock,
  section,
  table,
});

/** https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments */
const attachment = object(
  {},
  {
    color: (value, at, problems) => {
      if (typeof value === "string" && /^(good|warning|danger|#?[0-9a-f]{6})$/i.test(value)) return;
      problems.push({ message: "must be good, warning, danger or a hex color code", at });
    },
    blocks: (value, at, problems) => checkBlocks(value, at, problems),
    fallback: text(40_000),
    text: text(40_000),
    pretext: text(40_000),
    title: text(3_000),
    title_link: url(3_000),
    author_name: text(3_000),
    author_link: url(3_000),
    author_icon: url(3_000),
    image_url: url(3_000),
    thumb_url: url(3_000),
    footer: text(300),
    footer_icon: url(3_000),
    ts: integer(0, 253_402_300_799),
    mrkdwn_in: list(oneOf("text", "pretext", "fields"), 3, 0),
    fields: list(
      object({ title: text(3_000, 0), value: text(40_000, 0) }, { short: flag }),
      100,
      0,
    ),
  },
);

function checkBlocks(value: unknown, at: string, problems: Problem[]): void {
  list(block, blockCountMax, 0)(value, at, problems);
  if (Array.isArray(value)) checkIds(value, at, problems);
}

/** block_ids are unique in a message, action_ids within their block. */
function checkIds(blocks: readonly unknown[], at: string, problems: Problem[]): void {
  const blockIds = new Set<unknown>();
  blocks.forEach((value, index) => {
    const fields = Object(value) as Readonly<Record<string, unknown>>;
    const blockId = fields["block_id"];
    if (blockId !== undefined && blockIds.has(blockId)) {
      const message = `\`block_id\` ${String(blockId)} already exists`;
      problems.push({ message, at: `${at}/${index}/block_id` });
    }
    blockIds.add(blockId);
    const elements = fields["type"] === "actions" ? fields["elements"] : [];
    const actionIds = new Set<unknown>();
    for (const element of Array.isArray(elements) ? elements : []) {
      const actionId = Object(element)["action_id"];
      if (actionId !== undefined && actionIds.has(actionId)) {
        const message = `\`action_id\` ${String(actionId)} already exists`;
        problems.push({ message, at: `${at}/${index}/elements` });
      }
      actionIds.add(actionId);
    }
  });
}

/** What is wrong with a message's `blocks`, with pointers from `/blocks`. */
export function blockProblems(blocks: readonly unknown[]): Problem[] {
  const problems: Problem[] = [];
  checkBlocks(blocks, "/blocks", problems);
  return problems;
}

export function attachmentProblems(attachments: readonly unknown[]): Problem[] {
  const problems: Problem[] = [];
  list(attachment, attachmentCountMax, 0)(attachments, "/attachments", problems);
  return problems;
}

/** The characters of every `text` below a value, as people who met the cumulative limit count. */
export function countText(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + countText(item), 0);
  if (typeof value !== "object" || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [name, inner]) =>
      sum + (typeof inner === "string" ? (name === "text" ? inner.length : 0) : countText(inner)),
    0,
  );
}
