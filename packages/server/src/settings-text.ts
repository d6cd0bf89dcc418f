import { type Config, settingEntries } from "./config.ts";
import type { Setting } from "./settings.ts";

const textColumnsMax = 88;

/** All settings with value, default and meaning, for a terminal; secrets are masked. */
export function describeConfig(config: Config): string {
  const entries = settingEntries();
  return entries.map(([key, setting]) => describe(setting, config[key])).join("\n");
}

function describe(setting: Setting<unknown>, value: unknown): string {
  const shown = value === null ? "(not set)" : setting.show(value) || "(empty)";
  const usual =
    setting.default === null
      ? `(${plain(setting.without ?? "not set")})`
      : setting.default || "(empty)";
  const lines = [
    setting.name,
    `  value    ${shown}`,
    `  default  ${usual}`,
    ...wrap(plain(setting.meaning)).map((line) => `  ${line}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** Markdown without its backticks. */
function plain(text: string): string {
  return text.replaceAll("`", "");
}

function wrap(text: string): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length <= textColumnsMax) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** `docs/reference/settings.md`, all of it. */
export function settingsPage(): string {
  const sections = settingEntries().map(([, setting]) => section(setting));
  return `${pageStart}\n${sections.join("\n")}`;
}

const pageStart = `<!-- Made from packages/server/src/settings.ts by scripts/write-settings-page.ts; a test compares. -->

# Settings

Settings are environment variables. A \`.env\` file in the working directory is read too; the
environment wins. A variable that is empty counts as not set. An \`EVENT_SINKS_\` variable that is
not on this page is refused at start, except the ones that Kubernetes makes for a Service called
\`event-sinks\` (\`EVENT_SINKS_SERVICE_…\`, \`EVENT_SINKS_PORT…\`).

\`event-sinks config\` prints all of them with the values in use, secrets masked.
`;

function section(setting: Setting<unknown>): string {
  const usual =
    setting.default === null ? (setting.without ?? "not set") : code(setting.default) || "empty";
  const kind = setting.isSecret ? "\n\nA secret: it is masked wherever it would be printed." : "";
  return `## \`${setting.name}\`\n\n${setting.meaning}${kind}\n\nDefault: ${usual}.\n`;
}

function code(text: string): string {
  return text === "" ? "" : `\`${text}\``;
}
