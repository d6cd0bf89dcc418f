import { parseArgs } from "node:util";
import type { Environment } from "../config.ts";
import { version } from "../version.ts";
import { type Command, type CommandInput, describeError, type ExitCode } from "./command.ts";

export interface CommandLine extends Pick<CommandInput, "say" | "warn"> {
  /** Without the program's own name. */
  readonly words: readonly string[];
  readonly commands: readonly [Command, ...Command[]];
  readonly readEnvironment: () => Environment;
}

/** Finds the command that is meant and runs it; answers the exit code. */
export async function runCommandLine(given: CommandLine): Promise<ExitCode> {
  const line: CommandLine = {
    ...given,
    say: (text) => given.say(printable(text)),
    warn: (text) => given.warn(printable(text)),
  };
  const { commands, say, warn } = line;
  const [name = commands[0].name, ...rest] = line.words;
  if (["--version", "-v", "version"].includes(name)) {
    say(`${version}\n`);
    return 0;
  }
  if (["--help", "-h", "help"].includes(name)) return explain(rest[0], line);
  const command = commands.find((one) => one.name === name);
  if (command === undefined) {
    warn(`"${name}" is not a command.\n\n${usageOfAll(commands)}`);
    return 2;
  }
  return run(command, rest, line);
}

/**
 * What a terminal would obey, or show in another order, comes out as an escape: texts hold what files, databases and
 * their servers say.
 */
function printable(text: string): string {
  return text.replace(
    /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

async function run(
  command: Command,
  args: readonly string[],
  { readEnvironment, say, warn }: CommandLine,
): Promise<ExitCode> {
  const reading = read(command, args);
  if ("problem" in reading) {
    warn(`${reading.problem}\n\n${usageOf(command)}`);
    return 2;
  }
  if (reading.flags["help"] === true) {
    say(`${usageOf(command)}\n${command.help}\n`);
    return 0;
  }
  try {
    return await command.run({ ...reading, environment: readEnvironment(), say, warn });
  } catch (error) {
    warn(`event-sinks ${command.name} failed. ${describeError(error)}\n`);
    return 1;
  }
}

type Reading = Pick<CommandInput, "words" | "flags"> | { readonly problem: string };

function read({ name, words, flags }: Command, args: readonly string[]): Reading {
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({
      args: [...args],
      options: { ...flags, help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    });
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
  const given = parsed.positionals;
  const values = parsed.values as CommandInput["flags"];
  if (values["help"] === true || given.length === words.length)
    return { words: given, flags: values };
  const missing = words.slice(given.length);
  if (missing.length > 0) return { problem: `event-sinks ${name} needs ${missing.join(" and ")}.` };
  return { problem: `"${given.slice(words.length).join(" ")}" is more than it takes.` };
}

function explain(name: string | undefined, { commands, say, warn }: CommandLine): ExitCode {
  const command = commands.find((one) => one.name === name);
  if (command !== undefined) say(`${usageOf(command)}\n${command.help}\n`);
  else if (name === undefined) say(usageOfAll(commands));
  else warn(`"${name}" is not a command.\n\n${usageOfAll(commands)}`);
  return command === undefined && name !== undefined ? 2 : 0;
}

function usageOfAll(commands: readonly Command[]): string {
  const rows = commands.map(({ name, words, summary }) => [[name, ...words].join(" "), summary]);
  const all = [...rows, ["--version", ""], ["COMMAND --help", "say more about a command"]];
  return `Event Sinks ${version}\n\n${columns(all, "event-sinks ")}`;
}

function usageOf({ name, words, flags }: Command): string {
  const rows = Object.entries(flags).map(([flag, { meaning, value }]) => [
    value === undefined ? `--${flag}` : `--${flag} ${value}`,
    meaning,
  ]);
  const marks = rows.map(([mark]) => `[${mark}]`);
  return `event-sinks ${[name, ...words, ...marks].join(" ")}\n${columns(rows, "")}`;
}

function columns(rows: readonly (readonly string[])[], prefix: string): string {
  const width = Math.max(0, ...rows.map(([first = ""]) => first.length)) + 2;
  return rows
    .map(([first = "", second = ""]) => `  ${prefix}${first.padEnd(width)}${second}`.trimEnd())
    .map((line) => `${line}\n`)
    .join("");
}
