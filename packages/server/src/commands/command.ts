/**
 * The command line, one file for each command. A command says what it takes and what it does as
 * data; `run-command-line.ts` reads the words, shows `--help` and refuses what makes no sense, so
 * that a command's `run` begins where its own work does. To add one, make its file and name it in
 * `index.ts`.
 */

import type { ParseArgsConfig } from "node:util";
import type { Environment } from "../config.ts";

/** 1: it could not do what it was asked. 2: it was called wrongly, or with wrong settings. */
export type ExitCode = 0 | 1 | 2;

export interface Command {
  readonly name: string;
  /** For the list of commands: half a line, as an order. */
  readonly summary: string;
  /** The words it needs, as its usage shows them, e.g. `["FILE"]`. */
  readonly words: readonly string[];
  readonly flags: Readonly<Record<string, Flag>>;
  /** What `--help` tells below the usage: whole sentences. */
  readonly help: string;
  run(input: CommandInput): Promise<ExitCode>;
}

export type Flag = NonNullable<ParseArgsConfig["options"]>[string] & {
  /** What it does, as an order. */
  readonly meaning: string;
  /** What follows it, as its usage shows it, e.g. `URL`; of a flag of type string. */
  readonly value?: string;
};

export interface CommandInput {
  readonly environment: Environment;
  /** As many as the command's `words`. */
  readonly words: readonly string[];
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  /** To stdout: what was asked for. */
  readonly say: (text: string) => void;
  /** To stderr: what went wrong, and what to do. */
  readonly warn: (text: string) => void;
}

/** For settings that cannot be used: all problems at once. */
export function refuseSettings(problems: readonly string[], warn: CommandInput["warn"]): ExitCode {
  warn(`These settings cannot be used:\n${bulletList(problems)}\n`);
  return 2;
}

/** What went wrong as sentences, each of several on a line of its own. */
export function describeError(error: unknown): string {
  if (error instanceof AggregateError) return `\n${bulletList(error.errors.map(describeError))}`;
  return error instanceof Error ? error.message : String(error);
}

function bulletList(lines: readonly string[]): string {
  return lines.map((line) => `  - ${line}`).join("\n");
}
