#!/usr/bin/env node
/** The command line: reads arguments, starts the service, and turns signals into an exit code. */

import { enableCompileCache } from "node:module";
import { type Config, readConfig, readEnvironment } from "./config.ts";
import { describeConfig } from "./settings-text.ts";
import { version } from "./version.ts";

const usage = `Event Sinks ${version}

  event-sinks            run the service
  event-sinks config     print every setting with its value, default and meaning
  event-sinks --version
  event-sinks --help
`;

/** Exit codes: 1 it could not start or died, 2 it was called wrongly. */
async function main(words: readonly string[]): Promise<void> {
  const [command = "serve", ...rest] = words;
  if (rest.length > 0) return refuse(`"${rest.join(" ")}" is more than it takes.\n\n${usage}`, 2);
  if (command === "--help" || command === "-h" || command === "help") return say(usage);
  if (command === "--version") return say(`${version}\n`);
  const config = readSettings();
  if (config === null) return;
  if (command === "config") return say(describeConfig(config));
  if (command === "serve") return serve(config);
  refuse(`"${command}" is not a command.\n\n${usage}`, 2);
}

function readSettings(): Config | null {
  const result = readConfig(readEnvironment());
  if (result.ok) return result.config;
  refuse(`Event Sinks cannot start with these settings:\n${list(result.problems)}\n`, 2);
  return null;
}

async function serve(config: Config): Promise<void> {
  // Before the parts are loaded, so that they are compiled once and not at each start.
  enableCompileCache();
  // Alerts are in the database's files: they are for this user's eyes only.
  process.umask(0o077);
  const { startApp } = await import("./app.ts");
  const starting = startApp(config, (error) => {
    refuse(`Event Sinks has to stop: ${error.message}\n`, 1);
    process.exit();
  });
  // From the first moment on: a stop that is asked for while it starts is a clean one too.
  stopOnSignals(async () => (await starting).stop());
  try {
    greet(await starting);
  } catch (error) {
    refuse(`Event Sinks cannot start. ${describeError(error)}\n`, 1);
    process.exit();
  }
}

/** On a terminal, people get the key; anywhere else output is a log, which must not hold it. */
function greet(app: {
  url: string;
  operatorKey: { key: { reveal(): string }; path: string | null };
}): void {
  if (!process.stderr.isTTY) return;
  const { key, path } = app.operatorKey;
  const kept = path === null ? "from EVENT_SINKS_API_KEY" : `kept in ${path}`;
  process.stderr.write(
    `\n  Event Sinks ${version} listens on ${app.url}\n` +
      `  Operator key   ${path === null ? "<secret>" : key.reveal()}   (${kept})\n` +
      `  API            ${app.url}/openapi.json\n` +
      "  Stop           Ctrl-C\n\n",
  );
}

/** The first signal stops in order, the second at once. */
function stopOnSignals(stop: () => Promise<void>): void {
  let isStopping = false;
  const onSignal = () => {
    if (isStopping) process.exit(1);
    isStopping = true;
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        refuse(`Event Sinks did not stop cleanly. ${describeError(error)}\n`, 1);
        process.exit();
      },
    );
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
}

function describeError(error: unknown): string {
  if (error instanceof AggregateError) return list(error.errors.map(describeError));
  return error instanceof Error ? error.message : String(error);
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `  - ${line}`).join("\n");
}

function say(text: string): void {
  process.stdout.write(text);
}

function refuse(text: string, exitCode: number): void {
  process.stderr.write(text);
  process.exitCode = exitCode;
}

await main(process.argv.slice(2));
