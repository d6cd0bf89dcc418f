/**
 * Finds text that would call people or name channels: the control sequences of
 * https://docs.slack.dev/messaging/formatting-message-text, where they are read as such.
 *
 * `plain_text`, `raw_text` and the text elements of rich text show `<!channel>` as it stands;
 * mrkdwn, the top-level text and the old attachment fields obey it. Links (`<url|text>`) and
 * dates (`<!date^…>`) call nobody.
 */

export interface FoundPing {
  readonly sequence: string;
  readonly at: string;
}

const controlPattern = /<(?:!(?!date\^)[^<>]+|@[A-Z0-9][^<>]*|#[A-Z0-9][^<>]*)>/gi;
const namePattern = /(?<![\w@])@(?:here|channel|everyone|[a-z0-9][\w.-]*)/gi;

/** Attachment fields read as mrkdwn unless `mrkdwn_in` says otherwise; taken as read always. */
const attachmentTexts = ["text", "pretext", "fallback", "title", "footer", "author_name", "value"];
const callingElements = ["user", "usergroup", "channel", "broadcast"];

/** `hasLinkedNames`: `link_names` or `parse: full` was set, so that a bare `@here` counts too. */
export function findPings(
  content: { text: string; blocks: unknown; attachments: unknown },
  hasLinkedNames: boolean,
): FoundPing[] {
  const pings: FoundPing[] = [];
  const read = (text: string, at: string) => {
    for (const match of text.matchAll(controlPattern)) pings.push({ sequence: match[0], at });
    if (!hasLinkedNames) return;
    for (const match of text.matchAll(namePattern)) pings.push({ sequence: match[0], at });
  };
  read(content.text, "/text");
  walk(content.blocks, "/blocks", read, pings, false);
  walk(content.attachments, "/attachments", read, pings, true);
  return pings;
}

function walk(
  value: unknown,
  at: string,
  read: (text: string, at: string) => void,
  pings: FoundPing[],
  isAttachment: boolean,
): void {
  if (Array.isArray(value)) {
    value.forEach((item: unknown, index) => {
      walk(item, `${at}/${index}`, read, pings, isAttachment);
    });
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const fields = value as Readonly<Record<string, unknown>>;
  const type = fields["type"];
  if (type === "mrkdwn" || type === "markdown") read(String(fields["text"]), `${at}/text`);
  if (typeof type === "string" && callingElements.includes(type)) {
    pings.push({ sequence: JSON.stringify(fields), at });
  }
  for (const [name, inner] of Object.entries(fields)) {
    if (name === "blocks") walk(inner, `${at}/blocks`, read, pings, false);
    else if (typeof inner === "object") walk(inner, `${at}/${name}`, read, pings, isAttachment);
    else if (isAttachment && typeof inner === "string" && attachmentTexts.includes(name)) {
      read(inner, `${at}/${name}`);
    }
  }
}
