/** Block Kit as HTML, about as Slack's desktop app draws it. */

interface Text {
  readonly type: string;
  readonly text: string;
}

interface Block {
  readonly type: string;
  readonly text?: Text;
  readonly fields?: readonly Text[];
  readonly elements?: readonly (Text | { readonly type: string; readonly text: Text })[];
}

interface Message {
  readonly text: string;
  readonly blocks: readonly object[];
}

const style = `
body { font: 15px/1.46668 Lato, Arial, "Noto Color Emoji", sans-serif; color: #1d1c1d; margin: 24px; columns: 640px; column-gap: 32px; }
h2 { font-size: 12px; color: #888; margin: 28px 0 6px; }
article { break-inside: avoid; }
.message { width: 620px; border-left: 4px solid #eee; padding-left: 12px; }
.header { font-size: 18px; font-weight: 900; margin: 4px 0; }
.section { margin: 6px 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: 8px; }
.context { font-size: 13px; color: #616061; margin: 6px 0; }
.context span + span { margin-left: 8px; }
.actions button { font: bold 13px Arial; padding: 6px 12px; margin: 4px 8px 4px 0; background: white;
  border: 1px solid #bbb; border-radius: 4px; }
pre { font: 12px/1.5 Menlo, "DejaVu Sans Mono", monospace; background: #f8f8f8; margin: 4px 0;
  border: 1px solid #ddd; border-radius: 4px; padding: 8px; white-space: pre-wrap; overflow-wrap: anywhere; }
code { font: 12px monospace; color: #e01e5a; background: #f8f8f8; border: 1px solid #ddd; border-radius: 3px; padding: 1px 3px; }
a { color: #1264a3; text-decoration: none; }`;

/** A page with each message under its name. */
export function renderSlackPage(messages: readonly (readonly [string, Message])[]): string {
  const parts = messages.map(
    ([name, { text, blocks }]) =>
      `<article><h2>${escapeHtml(name)}</h2><div class="message">${
        blocks.length === 0
          ? section(text)
          : blocks.map((block) => renderBlock(block as Block)).join("")
      }</div></article>`,
  );
  return `<!doctype html><meta charset="utf-8"><title>Slack messages</title><style>${style}</style>${parts.join("")}`;
}

function renderBlock({ type, text, fields = [], elements = [] }: Block): string {
  switch (type) {
    case "header":
      return `<div class="header">${escapeHtml(text?.text ?? "")}</div>`;
    case "context":
      return `<div class="context">${elements.map((each) => `<span>${mrkdwn(labelOf(each))}</span>`).join("")}</div>`;
    case "actions":
      return `<div class="actions">${elements.map((each) => `<button>${escapeHtml(labelOf(each))}</button>`).join("")}</div>`;
    case "section":
      return text === undefined
        ? `<div class="fields">${fields.map((field) => section(field.text)).join("")}</div>`
        : section(text.text);
    default:
      return `<div class="section">(${escapeHtml(type)})</div>`;
  }
}

function labelOf({ text }: { readonly text: string | Text }): string {
  return typeof text === "string" ? text : text.text;
}

function section(text: string): string {
  return `<div class="section">${mrkdwn(text)}</div>`;
}

/** mrkdwn is escaped already; what is left of `<…>` are links. */
function mrkdwn(text: string): string {
  const linked = text.replaceAll(
    /<(https?:[^|>]+)(?:\|([^>]+))?>/g,
    (_, url: string, label?: string) =>
      `<a href="${url.replaceAll('"', "%22")}">${label ?? url}</a>`,
  );
  return linked
    .split("```")
    .map((part, index) => (index % 2 === 1 ? `<pre>${part.trim()}</pre>` : decorate(part)))
    .join("");
}

function decorate(text: string): string {
  return text
    .trim()
    .replaceAll(/`([^`\n]+)`/g, "<code>$1</code>")
    .replaceAll(/(^|[\s(])\*([^*\n]+)\*/g, "$1<b>$2</b>")
    .replaceAll(/(^|\s)_([^_\n]+)_/g, "$1<i>$2</i>");
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
