/** All that is known without running the program: types, lint and format, our own rules. */

import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { performance } from "node:perf_hooks";

const root = dirname(import.meta.dirname);
const bin = join(root, "node_modules", ".bin");

const checks: readonly { name: string; command: readonly [string, ...string[]] }[] = [
  { name: "types", command: [join(bin, "tsc"), "-p", "."] },
  { name: "types of the dashboard", command: [join(bin, "tsc"), "-p", "packages/dashboard"] },
  {
    name: "lint and format",
    command: [join(bin, "biome"), "check", "--error-on-warnings", "."],
  },
  { name: "tidy", command: [process.execPath, join("scripts", "tidy.ts")] },
];

/** Runs one check to its end; what it prints is kept back, so that the checks do not mix. */
function run([command, ...args]: readonly [string, ...string[]]): Promise<{
  passed: boolean;
  output: string;
}> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const collect = (chunk: string): void => {
      output += chunk;
    };
    child.stdout.setEncoding("utf8").on("data", collect);
    child.stderr.setEncoding("utf8").on("data", collect);
    child.on("error", reject);
    child.on("close", (code) => resolve({ passed: code === 0, output }));
  });
}

const startedAt = performance.now();
const results = await Promise.all(
  checks.map(async ({ name, command }) => ({ name, ...(await run(command)) })),
);
for (const { name, passed, output } of results) {
  if (!passed) console.log(output.trimEnd());
  console.log(`check: ${name} ${passed ? "ok" : "FAILED"}`);
}
console.log(`check: done in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
if (results.some((result) => !result.passed)) process.exitCode = 1;
