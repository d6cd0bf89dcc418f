/**
 * Loaded before each test file; ends a file that does not end by itself.
 *
 * `node --test` times tests, not files: a socket left open, or a loop that never yields,
 * would hold the run until CI gives up, with no word about who did it. So:
 * - what still keeps the process alive a while after its last test is a failure that names
 *   the kinds of handles left open;
 * - a file that takes too long altogether is ended, from a thread of its own, since the
 *   main thread may be in an endless loop.
 *
 * The times stand in this module's own address: `watchdog.ts?fileMs=…&crashFileMs=…&lingerMs=…`;
 * the second, if there, is for the files in a `test/crash` folder.
 */

import { writeSync } from "node:fs";
import { relative } from "node:path";
import { after } from "node:test";
import { isMainThread, Worker } from "node:worker_threads";

const limits = new URL(import.meta.url).searchParams;
const lingerMs = Number(limits.get("lingerMs"));

/** Plain JavaScript, since it is started from a string: a thread that only waits and kills. */
const killer = `
  const { workerData } = require("node:worker_threads");
  const { writeSync } = require("node:fs");
  setTimeout(() => {
    writeSync(2, workerData.message);
    process.kill(process.pid, "SIGKILL");
  }, workerData.fileMs);
`;

function watch(file: string): void {
  const isCrashTest = /test[/\\]crash[/\\]/.test(file) && limits.has("crashFileMs");
  const fileMs = Number(limits.get(isCrashTest ? "crashFileMs" : "fileMs"));
  const message = `${file} did not end within ${fileMs / 1000} s and was killed\n`;
  new Worker(killer, { eval: true, execArgv: [], workerData: { fileMs, message } }).unref();
  after(() => {
    const linger = setTimeout(() => {
      const handles = process.getActiveResourcesInfo().join(", ");
      writeSync(
        2,
        `${file} kept running for ${lingerMs / 1000} s after its last test; left open: ${handles}\n`,
      );
      process.exit(1);
    }, lingerMs);
    linger.unref();
  });
}

// The runner itself and the threads of a test load this module as well.
const isTestFile = process.env["NODE_TEST_CONTEXT"] !== undefined && isMainThread;
if (isTestFile) watch(relative(process.cwd(), process.argv[1] ?? ""));
