/**
 * PostgreSQL's text cannot hold U+0000, and alerts may. It is written as an escape that begins with
 * a noncharacter, which no other text needs; where that itself occurs it is escaped too.
 */
const mark = "\u{10fffe}";

export function toText(text: string): string {
  if (!text.includes("\u0000") && !text.includes(mark)) return text;
  return text.replaceAll(mark, `${mark}1`).replaceAll("\u0000", `${mark}0`);
}

export function fromText(text: string): string {
  if (!text.includes(mark)) return text;
  return text.replaceAll(`${mark}0`, "\u0000").replaceAll(`${mark}1`, mark);
}
