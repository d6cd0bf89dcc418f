import {
  byType,
  flag,
  integer,
  list,
  object,
  oneOf,
  type Shape,
  text,
  url,
} from "./block-shapes.ts";

/** https://docs.slack.dev/reference/block-kit/blocks/rich-text-block, read 2026-11-23 */

const style = object({}, { bold: flag, italic: flag, strike: flag, code: flag });
const anyType = text(64);

/** One rich text may be as long as the message allows; the cumulative limit cuts it off. */
const richTextCharactersMax = 12_000;

const textElement = object({ type: anyType, text: text(richTextCharactersMax) }, { style });
const linkElement = object(
  { type: anyType, url: url(3_000) },
  { text: text(richTextCharactersMax), unsafe: flag, style },
);

const inline = byType({
  text: textElement,
  link: linkElement,
  emoji: object({ type: anyType, name: text(100) }, { unicode: text(100), style }),
  user: object({ type: anyType, user_id: text(32) }, { style }),
  usergroup: object({ type: anyType, usergroup_id: text(32) }, { style }),
  channel: object({ type: anyType, channel_id: text(32) }, { style }),
  broadcast: object({ type: anyType, range: oneOf("here", "channel", "everyone") }, { style }),
  date: object(
    { type: anyType, timestamp: integer(0, 253_402_300_799), format: text(255) },
    { url: url(3_000), fallback: text(255), style },
  ),
  color: object({ type: anyType, value: text(9) }),
});

const border = integer(0, 1);
const itemsMax = 1_000;
const section = object({ type: anyType, elements: list(inline, itemsMax) });
const preformatted = object(
  {
    type: anyType,
    elements: list(byType({ text: textElement, link: linkElement }), itemsMax),
  },
  { border, language: text(100) },
);
const quote = object({ type: anyType, elements: list(inline, itemsMax) }, { border });
const listBlock = object(
  {
    type: anyType,
    style: oneOf("bullet", "ordered"),
    elements: list(byType({ rich_text_section: section }), itemsMax),
  },
  { indent: integer(0, 8), offset: integer(0, 10_000), border },
);

export const richTextBlock: Shape = object(
  {
    type: anyType,
    elements: list(
      byType({
        rich_text_section: section,
        rich_text_preformatted: preformatted,
        rich_text_quote: quote,
        rich_text_list: listBlock,
      }),
      itemsMax,
    ),
  },
  { block_id: text(255) },
);
