/**
 * What Teams shows of an Adaptive Card that a workflow posts: the elements of schema 1.5
 * this product uses (https://adaptivecards.io/explorer), and Teams' own rules for them
 * (https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format).
 * Unknown elements and properties are refused, which Teams would silently drop.
 */

type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const styles = ["default", "emphasis", "good", "attention", "warning", "accent"];
const blockShared = ["type", "spacing", "separator", "id", "isVisible"];
const actionsMax = 6;

/** Properties of each element beside `blockShared`. */
const elements: Readonly<Record<string, readonly string[]>> = {
  Container: ["style", "bleed", "items"],
  RichTextBlock: ["inlines"],
  Table: ["columns", "rows", "firstRowAsHeaders", "showGridLines", "gridStyle"],
};

const runKeys = [
  "type",
  "text",
  "size",
  "weight",
  "color",
  "isSubtle",
  "italic",
  "fontType",
  "selectAction",
];

/** The first fault of a message, as `path: fault`; null when Teams can show it. */
export function messageProblem(body: unknown): string | null {
  if (!isFields(body) || body["type"] !== "message") return 'type: must be "message"';
  const attachments = body["attachments"];
  if (!Array.isArray(attachments) || attachments.length !== 1) return "attachments: must be one";
  const attachment: unknown = attachments[0];
  if (
    !isFields(attachment) ||
    attachment["contentType"] !== "application/vnd.microsoft.card.adaptive"
  ) {
    return "attachments/0/contentType: must be an Adaptive Card's";
  }
  return cardProblem(attachment["content"]);
}

function cardProblem(card: unknown): string | null {
  if (!isFields(card) || card["type"] !== "AdaptiveCard") return "content: is no AdaptiveCard";
  if (!/^1\.[0-5]$/.test(String(card["version"]))) return "content/version: Teams shows up to 1.5";
  const known = ["$schema", "type", "version", "fallbackText", "msteams", "body", "actions"];
  const unknown = Object.keys(card).find((name) => !known.includes(name));
  if (unknown !== undefined) return `content/${unknown}: is not known`;
  const { body, actions = [] } = card;
  if (!Array.isArray(body) || body.length === 0) return "content/body: is empty";
  if (!Array.isArray(actions) || actions.length > actionsMax) return "content/actions: too many";
  for (const [index, action] of actions.entries()) {
    const problem = actionProblem(action);
    if (problem !== null) return `content/actions/${index}: ${problem}`;
  }
  return listProblem(body, "content/body", elementProblem);
}

type Check = (value: unknown, at: string) => string | null;

function listProblem(list: unknown, at: string, check: Check): string | null {
  if (!Array.isArray(list) || list.length === 0) return `${at}: is empty`;
  for (const [index, value] of list.entries()) {
    const problem = check(value, `${at}/${index}`);
    if (problem !== null) return problem;
  }
  return null;
}

const elementProblem: Check = (element, at) => {
  if (!isFields(element)) return `${at}: is no element`;
  const type = String(element["type"]);
  const keys = Object.hasOwn(elements, type) ? elements[type] : undefined;
  if (keys === undefined) return `${at}: ${type} is no element used here`;
  const unknown = Object.keys(element).find(
    (name) => !keys.includes(name) && !blockShared.includes(name),
  );
  if (unknown !== undefined) return `${at}/${unknown}: is not known`;
  if (type === "Container") {
    if (!styles.includes(String(element["style"] ?? "default"))) return `${at}/style: is not known`;
    return listProblem(element["items"], `${at}/items`, elementProblem);
  }
  if (type === "RichTextBlock") return listProblem(element["inlines"], `${at}/inlines`, runProblem);
  const columns = element["columns"];
  if (!Array.isArray(columns) || columns.length === 0) return `${at}/columns: is empty`;
  return listProblem(element["rows"], `${at}/rows`, (row, rowAt) => {
    const cells = isFields(row) && row["type"] === "TableRow" ? row["cells"] : undefined;
    if (!Array.isArray(cells) || cells.length !== columns.length) return `${rowAt}/cells: count`;
    return listProblem(cells, `${rowAt}/cells`, (cell, cellAt) =>
      isFields(cell) && cell["type"] === "TableCell"
        ? listProblem(cell["items"], `${cellAt}/items`, elementProblem)
        : `${cellAt}: is no TableCell`,
    );
  });
};

const runProblem: Check = (run, at) => {
  if (!isFields(run) || run["type"] !== "TextRun") return `${at}: is no TextRun`;
  const unknown = Object.keys(run).find((name) => !runKeys.includes(name));
  if (unknown !== undefined) return `${at}/${unknown}: is not known`;
  const text = run["text"];
  if (typeof text !== "string" || text === "") return `${at}/text: is empty`;
  if (!text.isWellFormed()) return `${at}/text: is not well-formed`;
  const action = run["selectAction"];
  const problem = action === undefined ? null : actionProblem(action);
  return problem === null ? null : `${at}/selectAction: ${problem}`;
};

function actionProblem(action: unknown): string | null {
  if (!isFields(action) || action["type"] !== "Action.OpenUrl") return "is no Action.OpenUrl";
  const { title, url } = action;
  if (typeof title !== "string" || title.trim() === "") return "has no title";
  if (typeof url !== "string" || !/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    return "has no http(s) URL";
  }
  return null;
}

/** Mentions: `msteams.entities`, or what reads like one in any text. */
export function findMentions(body: Fields): string[] {
  const found: string[] = [];
  JSON.stringify(body, (key, value: unknown) => {
    if (key === "entities") found.push("entities");
    if (typeof value === "string") found.push(...(value.match(/<\/?at\b/gi) ?? []));
    return value;
  });
  return found;
}
