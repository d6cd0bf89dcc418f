#!/usr/bin/env node
/** Where the program begins: gives the command line to its command, and ends with its exit code. */

import { commands } from "./commands/index.ts";
import { runCommandLine } from "./commands/run-command-line.ts";
import { readEnvironment } from "./config.ts";

const exitCode = await runCommandLine({
  words: process.argv.slice(2),
  commands,
  readEnvironment,
  say: (text) => void process.stdout.write(text),
  warn: (text) => void process.stderr.write(text),
});
// At once: a service that has stopped, or that cannot go on, waits for nothing.
process.exit(exitCode);
