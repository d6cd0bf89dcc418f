import { attachmentCountMax, attachmentProblems, blockProblems, countText } from "./block-kit.ts";
import { renderProblem } from "./block-shapes.ts";
import type { SlackCall } from "./slack-call.ts";
import { type MethodResult, refuse } from "./slack-method.ts";
import type { MessageContent } from "./slack-state.ts";

type Refusal = MethodResult & { ok: false };
export type ReadContentResult = { readonly ok: true; readonly content: MessageContent } | Refusal;

/**
 * The cumulative limit is undocumented. Refusals were measured at 11,341 characters of text
 * (slackapi/bolt-js #2867), so from 11,300 on everything is refused here.
 */
export const blockCharactersMax = 11_299;
/**
 * The same limit told the other way: blocks of text alone were refused at 13,297, and one divider
 * more cost 125 (bolt-js #2509; "a buffer for block containers"). Many blocks leave less text.
 */
export const messageWeightMax = 13_296;
export const blockWeight = 125;

/**
 * Reads `text`, `blocks` and `attachments` of chat.postMessage and chat.update.
 * `textCharactersMax`: 40,000 for a post (beyond it Slack truncates, which loses what an alert
 * says; here it is refused), 4,000 for an update.
 */
export function readMessageContent(call: SlackCall, textCharactersMax: number): ReadContentResult {
  const { args } = call;
  if (args["markdown_text"] !== undefined && (args["text"] ?? args["blocks"]) !== undefined) {
    return refuse("markdown_text_conflict");
  }
  const text = args["text"] ?? args["markdown_text"] ?? "";
  if (typeof text !== "string") {
    return refuse("invalid_arguments", { messages: ["must be a string [json-pointer:/text]"] });
  }
  const blocks = readList(args["blocks"]);
  if (blocks === undefined) return refuse("invalid_blocks_format");
  const attachments = readList(args["attachments"]);
  if (attachments === undefined) return refuse("invalid_attachments");
  const isEmpty = (blocks ?? []).length === 0 && (attachments ?? []).length === 0;
  if (text === "" && isEmpty) return refuse("no_text");
  if (text.length > textCharactersMax) return refuse("msg_too_long");
  const refusal = checkStructure(blocks ?? [], attachments ?? []);
  return refusal ?? { ok: true, content: { text, blocks, attachments } };
}

/** A list, or the JSON of one as form bodies carry it; null when absent, undefined when neither. */
function readList(value: unknown): readonly unknown[] | null | undefined {
  if (value === undefined || value === null || value === "") return null;
  if (Array.isArray(value)) return value;
  if (typeof value !== "string") return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function invalid(error: string, messages: readonly string[]): Refusal {
  return refuse(error, { messages, extra: { errors: messages } });
}

function checkStructure(
  blocks: readonly unknown[],
  attachments: readonly unknown[],
): Refusal | null {
  if (attachments.length > attachmentCountMax) return refuse("too_many_attachments");
  const inBlocks = blockProblems(blocks);
  if (inBlocks.length > 0) return invalid("invalid_blocks", inBlocks.map(renderProblem));
  const inAttachments = attachmentProblems(attachments);
  if (inAttachments.length > 0) {
    return invalid("invalid_attachments", inAttachments.map(renderProblem));
  }
  const all = [...blocks, ...attachments.flatMap(blocksOf)];
  if (all.filter((block) => Object(block)["type"] === "table").length > 1) {
    return invalid("invalid_attachments", ["only_one_table_allowed"]);
  }
  const characters = countText(all);
  const weight = characters + blockWeight * Math.max(all.length - 1, 0);
  if (characters > blockCharactersMax || weight > messageWeightMax) {
    return refuse("msg_blocks_too_long");
  }
  return null;
}

function blocksOf(attachment: unknown): readonly unknown[] {
  const blocks: unknown = Object(attachment)["blocks"];
  return Array.isArray(blocks) ? blocks : [];
}
