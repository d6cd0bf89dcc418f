interface Block {
  readonly type: string;
  readonly text?: { readonly text: string };
  readonly fields?: readonly { readonly text: string }[];
  readonly elements?: readonly { readonly text?: string | { readonly text: string } }[];
}

/** Block Kit as plain lines: no markup, buttons in brackets. */
export function renderBlocks(blocks: readonly unknown[]): string {
  return blocks.map((block) => renderBlock(block as Block)).join("\n");
}

function renderBlock(block: Block): string {
  const texts = [block.text?.text ?? "", ...(block.fields ?? []).map(({ text }) => text)];
  const elements = (block.elements ?? []).map(({ text }) =>
    typeof text === "string" ? text : (text?.text ?? ""),
  );
  if (block.type === "actions") return elements.map((text) => `[ ${text} ]`).join(" ");
  if (block.type === "divider") return "────";
  return [...texts, ...elements]
    .filter((text) => text !== "")
    .map(readable)
    .join("\n");
}

/** Slack's markup as a person reads it. */
function readable(text: string): string {
  return text
    .replaceAll(/```\n?|\*|`/g, "")
    .replaceAll(/<([^|>]+)\|([^>]+)>/g, "$2")
    .replaceAll(/<([^>]+)>/g, "$1")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
