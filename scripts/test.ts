/**
 * Runs the checks and then every test, as CI does. With arguments (paths, folders, or
 * options of `node --test`) it runs just those tests, without the checks:
 *
 *     npm test -- packages/server/src/engine
 *     npm test -- --test-name-pattern="Retry-After"
 */

import { spawn } from "node:child_process";
import { globSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

const root = dirname(import.meta.dirname);

/** The slowest tests need some 30 s alone; on a machine that is shared with others ten times that is no hang. */
const testTimeoutMs = 300_000;
const fileTimeoutMs = 600_000;
/** The crash tests kill the service dozens of times under load: minutes, more on a busy machine. */
const crashFileTimeoutMs = 900_000;
/** What a file leaves open after its last test may take this long to close. */
const lingerMs = 10_000;

const watchdog = new URL("./test/watchdog.ts", import.meta.url);
watchdog.search = `fileMs=${fileTimeoutMs}&crashFileMs=${crashFileTimeoutMs}&lingerMs=${lingerMs}`;

const allTests = [
  "packages/*/src/**/*.test.ts",
  "packages/*/test/**/*.test.ts",
  "scripts/**/*.test.ts",
  "bench/scenarios/*.test.ts",
];

/** Runs a command with this terminal; answers its exit code, 1 when a signal ended it. */
function run(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: "inherit" });
    const forward = (signal: NodeJS.Signals): boolean => child.kill(signal);
    process.on("SIGTERM", forward).on("SIGINT", forward);
    child.on("error", reject);
    child.on("close", (code) => {
      process.off("SIGTERM", forward).off("SIGINT", forward);
      resolve(code ?? 1);
    });
  });
}

/** Folders stand for all tests in them; everything else is passed on as it is. */
function expand(argument: string): string[] {
  const isFolder = statSync(join(root, argument), { throwIfNoEntry: false })?.isDirectory();
  return isFolder ? globSync(`${argument}/**/*.test.ts`, { cwd: root }).sort() : [argument];
}

const given = process.argv.slice(2);
const asked = given.flatMap(expand);
const paths = asked.filter((argument) => !argument.startsWith("-"));
const options = asked.filter((argument) => argument.startsWith("-"));
const tests = paths.length > 0 ? paths : globSync(allTests, { cwd: root }).sort();
const isWhole = given.length === 0;

if (!isWhole && asked.length === 0) throw new Error(`no tests in ${given.join(", ")}`);

let exitCode = isWhole ? await run(["scripts/check.ts"]) : 0;
if (exitCode === 0) {
  exitCode = await run([
    "--import",
    watchdog.href,
    "--test",
    // End-to-end tests start whole processes with their own threads; more at once only wait.
    "--test-concurrency=2",
    `--test-timeout=${testTimeoutMs}`,
    "--test-reporter=spec",
    ...options,
    ...tests,
  ]);
}
process.exitCode = exitCode;
