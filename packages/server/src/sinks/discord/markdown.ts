/**
 * Alert text inside Discord's markdown. Nothing in it may format, link or mention:
 * `allowed_mentions` already forbids every ping, and a mention that cannot be typed does
 * not even look like one (docs.discord.com, "Message formatting", read 2026-11-23).
 */

import { cleanText, cutText } from "../text.ts";

/** Zero width: breaks `@everyone` and `@here` for Discord and not for the eye. */
const invisible = "\u200b";

const urlPattern = /https?:\/\/[^\s<>|"'`()[\]{}…*_~\\@]+/gi;

/** Text that shows as it is; whole URLs stay what they are, so that they can be followed. */
export function escapeMarkdown(text: string): string {
  let escaped = "";
  let end = 0;
  for (const { 0: url, index } of text.matchAll(urlPattern)) {
    escaped += escapePlain(text.slice(end, index)) + url;
    end = index + url.length;
  }
  return escaped + escapePlain(text.slice(end));
}

function escapePlain(text: string): string {
  return text
    .replace(/[\\*_~`|<>[\]#]/g, "\\$&")
    .replace(/^([ \t]*)([-+]|\d+\.)/gm, "$1\\$2")
    .replace(/@(?=everyone|here)/gi, `@${invisible}`);
}

/** Text for inside a code block, which a backtick could end. */
export function escapeCode(text: string): string {
  return text.replaceAll("`", "ˋ").replace(/@(?=everyone|here)/gi, `@${invisible}`);
}

/**
 * Cleans, cuts and escapes a text so that what comes out has at most `lengthMax` UTF-16
 * units. It is cut before it is escaped, so that no escape is cut in half.
 */
export function fitMarkdown(text: string, lengthMax: number): string {
  const clean = cleanText(text, lengthMax + 1).trim();
  let room = lengthMax;
  while (room > 0) {
    const escaped = escapeMarkdown(cutText(clean, room));
    if (escaped.length <= lengthMax) return escaped;
    room -= Math.max(1, Math.ceil((escaped.length - lengthMax) / 2));
  }
  return "";
}

/** `[label](url)`; a URL that could end the link early is written with percent signs. */
export function markdownLink(label: string, url: string): string {
  const target = url.replace(/[()<>\\]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  return `[${fitMarkdown(label, 120) || "Open"}](${target})`;
}
