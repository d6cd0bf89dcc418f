/**
 * Alert text inside Slack's mrkdwn. Slack reads `<!channel>`, `<@U…>` and `<url|text>` as
 * commands, so alert text is escaped without exception; it is cut before that, so that no
 * entity is cut in half, and measured after (docs.slack.dev, "Formatting message text").
 */

import { cleanText, codePointBoundary } from "../text.ts";

/** Slack asks for exactly these three. */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/**
 * The length a text takes up inside a JSON string. Never less than its own length, so
 * keeping to it keeps to the limits of single texts and to the one on all blocks together.
 */
export function jsonLength(text: string): number {
  return JSON.stringify(text).length - 2;
}

/**
 * Cleans, cuts and renders a text so that what comes out takes at most `lengthMax`.
 * @param render - escapes; must not get shorter when its input gets longer.
 */
export function fitMrkdwn(
  text: string,
  lengthMax: number,
  render: (text: string) => string = escapeMrkdwn,
): string {
  const clean = cleanText(text, lengthMax + 1).trim();
  const whole = render(clean);
  if (clean.length <= lengthMax && jsonLength(whole) <= lengthMax) return whole;
  let fits = 0;
  let tooLong = clean.length;
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    if (jsonLength(render(cutAt(clean, middle))) <= lengthMax) fits = middle;
    else tooLong = middle;
  }
  return render(cutAt(clean, fits));
}

function cutAt(text: string, length: number): string {
  return `${text.slice(0, codePointBoundary(text, length))}…`;
}

const urlPattern = /https?:\/\/[^\s<>|"'`()[\]{}…]*[^\s<>|"'`()[\]{}….,;:!?]/gi;

/** Escapes, and makes URLs links: `verbatim` text, which can ping nobody, has none of its own. */
export function escapeAndLink(text: string): string {
  let rendered = "";
  let end = 0;
  for (const { 0: url, index } of text.matchAll(urlPattern)) {
    rendered += `${escapeMrkdwn(text.slice(end, index))}<${escapeMrkdwn(url)}>`;
    end = index + url.length;
  }
  return rendered + escapeMrkdwn(text.slice(end));
}

/** `<url|label>`. `url` as WHATWG writes it. */
export function mrkdwnLink(url: string, label: string): string {
  const target = escapeMrkdwn(url.replaceAll("|", "%7C"));
  return `<${target}|${escapeMrkdwn(label.replaceAll("|", "¦"))}>`;
}
