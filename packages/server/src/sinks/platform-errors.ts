import { type DiscordFault, discordFaults } from "./discord/answer.ts";
import { pagerDutyAnswers } from "./pagerduty/answer.ts";
import { slackErrors } from "./slack/errors.ts";
import { type TeamsFault, teamsFaults } from "./teams/answer.ts";

/** `docs/reference/platform-errors.md`, all of it: the tables that decide, as tables to read. */
export function platformErrorsPage(): string {
  return [
    pageStart,
    slackSection(),
    pagerDutySection(),
    faultSection("Microsoft Teams", "Workflows answer with a code.", teamsFaults),
    faultSection("Discord", "Discord answers with a number.", discordFaults),
    pageEnd,
  ].join("\n");
}

const pageStart = `<!-- Made from the tables in packages/server/src/sinks by scripts/write-platform-errors.ts; a test compares. -->

# What platforms answer

What each answer means, what a delivery does, and what a person has to do. The tables here are the
ones the service decides by. \`outcome\` and \`reason\` are what the attempt shows; \`next\` goes on with
another request in the same attempt. A **broken** sink keeps its deliveries, is probed, and heals by
itself once a probe is delivered.
`;

const pageEnd = `## Everything else

What no table names is read by its HTTP status: 429 waits as long as \`Retry-After\` asks, else 30 s, and
is no failed try; 5xx and 408 are tried again and may have been taken; redirects are never followed; other
statuses are tried again by the schedule. Replies of SMTP servers: [email.md](../../packages/server/src/sinks/email/email.md).
`;

function slackSection(): string {
  return section(
    "Slack",
    "Slack answers 200 with `ok: false` and a string. `*` stands for any ending.",
    ["error", "class", "outcome", "reason", "what a delivery does", "cure"],
    slackErrors.map(({ error, class: kind, outcome, reason, reaction, cure }) => [
      code(error),
      kind,
      code(outcome),
      code(reason),
      reaction,
      cure,
    ]),
  );
}

const pagerDutyReactions: Readonly<Record<(typeof pagerDutyAnswers)[number]["class"], string>> = {
  taken: "is delivered",
  "sink fault": "marks the sink broken and holds its deliveries",
  refused: "fails at once",
  "rate limit": "holds the key's lane; no failed try",
  temporary: "tries again by the schedule",
};

function pagerDutySection(): string {
  return section(
    "PagerDuty",
    "Answers of the Events API v2.",
    ["answer", "class", "outcome", "reason", "what a delivery does", "cure"],
    pagerDutyAnswers.map(({ answer, class: kind, outcome, reason, cure }) => [
      answer,
      kind,
      code(outcome),
      reason === null ? "" : code(reason),
      pagerDutyReactions[kind],
      cure,
    ]),
  );
}

function faultSection(
  title: string,
  said: string,
  faults: Readonly<Record<string, DiscordFault | TeamsFault>>,
): string {
  return section(
    title,
    `${said} These mark the sink broken and hold its deliveries.`,
    ["code", "outcome", "reason", "cure"],
    Object.entries(faults).map(([name, { reason, cure }]) => [
      code(name),
      code("rejected"),
      code(reason),
      cure,
    ]),
  );
}

function section(
  title: string,
  said: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cellText).join(" | ")} |`;
  const rule = `|${head.map(() => "---").join("|")}|`;
  return [`## ${title}`, "", said, "", line(head), rule, ...rows.map(line), ""].join("\n");
}

function cellText(text: string): string {
  return text.replaceAll("|", "\\|").replace(/\s+/g, " ");
}

function code(text: string): string {
  return text.startsWith("(") ? text : `\`${text}\``;
}
