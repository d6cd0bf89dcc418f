/** What a roll-up says: how many of each severity, and the worst of them by name and key. */

import type { SinkAlert } from "../../domain/alert.ts";
import { type SeverityId, severityRank } from "../../domain/severity.ts";
import { header, mrkdwn, oneLine, type SlackMessage, section } from "./blocks.ts";
import { severityLabel, utcRange } from "./describe.ts";
import { fitMrkdwn, jsonLength } from "./mrkdwn.ts";

/** Enough to see what matters without scrolling for long. */
const linesMax = 30;
const nameLengthMax = 150;
const keyLengthMax = 100;
/** Of one section, as JSON text; Slack takes 3,000 characters. */
const sectionLengthMax = 2_700;
/** Of all lines together, as JSON text. */
const listLengthMax = 7_000;

/** Alerts of the same severity, name and key. */
interface Group {
  readonly alert: SinkAlert;
  count: number;
}

/** The message for many alerts, inside every limit; at least one of them. */
export function rollUpMessage(alerts: readonly SinkAlert[]): SlackMessage {
  const times = alerts.map(({ receivedAt }) => receivedAt);
  const range = utcRange(Math.min(...times), Math.max(...times));
  const head = `📦 ${plural(alerts.length)} rolled up`;
  const counts = countsOf(alerts);
  return {
    text: `${head}: ${counts}`,
    blocks: [
      header(head),
      section(`${counts}\nReceived ${range}`),
      ...worst(alerts).map(section),
      {
        type: "context",
        elements: [
          mrkdwn(
            "More alerts came than Slack takes one by one. Each of them is recorded in Event Sinks; what is resolved is told in this thread.",
          ),
        ],
      },
    ],
  };
}

/** `🟠 High 37 · 🔵 Low 463`, worst first. */
function countsOf(alerts: readonly SinkAlert[]): string {
  const counts = new Map<string, { severityId: SeverityId; count: number }>();
  for (const { severityId } of alerts) {
    const label = severityLabel(severityId);
    const before = counts.get(label);
    counts.set(label, { severityId, count: (before?.count ?? 0) + 1 });
  }
  return [...counts]
    .sort(([, a], [, b]) => severityRank(b.severityId) - severityRank(a.severityId))
    .map(([label, { count }]) => `${label} *${count.toLocaleString("en-US")}*`)
    .join(" · ");
}

/** The list as texts of sections, ending with how many alerts it leaves out. */
function worst(alerts: readonly SinkAlert[]): string[] {
  const texts: string[] = [];
  let [toldCount, lineCount, spare] = [0, 0, listLengthMax];
  for (const group of groupsOf(alerts)) {
    const line = lineOf(group);
    const length = jsonLength(line) + 2;
    if (lineCount === linesMax || length > spare) break;
    spare -= length;
    lineCount += 1;
    toldCount += group.count;
    const last = texts.at(-1);
    const isRoom = last !== undefined && jsonLength(last) + length <= sectionLengthMax;
    if (isRoom) texts[texts.length - 1] = `${last}\n${line}`;
    else texts.push(line);
  }
  const moreCount = alerts.length - toldCount;
  return moreCount === 0 ? texts : [...texts, `_and ${moreCount.toLocaleString("en-US")} more_`];
}

/** Worst first, then the most frequent, then the oldest. */
function groupsOf(alerts: readonly SinkAlert[]): Group[] {
  const groups = new Map<string, Group>();
  for (const alert of alerts) {
    const key = JSON.stringify([alert.severityId, alert.name, alert.dedupKey]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { alert, count: 1 });
    else group.count += 1;
  }
  return [...groups.values()].sort(
    (a, b) =>
      severityRank(b.alert.severityId) - severityRank(a.alert.severityId) || b.count - a.count,
  );
}

function lineOf({ alert, count }: Group): string {
  const name = fitMrkdwn(oneLine(alert.name), nameLengthMax).replaceAll("*", "∗");
  const key = fitMrkdwn(oneLine(alert.dedupKey).replaceAll("`", "ˋ"), keyLengthMax);
  const times = count > 1 ? ` ×${count.toLocaleString("en-US")}` : "";
  return `${severityLabel(alert.severityId)}: *${name}*${times}  \`${key}\``;
}

function plural(count: number): string {
  return `${count.toLocaleString("en-US")} alert${count === 1 ? "" : "s"}`;
}
