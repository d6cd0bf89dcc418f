/**
 * `npm run verify:packages`: asks whether the installed packages are what their authors published.
 *
 * `npm ci` compares each package with the SHA-512 in package-lock.json, always. Whether those hashes are the registry's own
 * is what its signatures say, and who built a package, its attestations; both need the registry and Sigstore's keys, as
 * the list of known holes does. What could not be asked is said so and is no success: code 2, and 1 when something is wrong.
 */

import { execFile } from "node:child_process";
import { dirname } from "node:path";
import { readVerdict, type Verdict } from "./verify-packages/verdict.ts";

const root = dirname(import.meta.dirname);

const questions: readonly { readonly about: string; readonly args: readonly string[] }[] = [
  { about: "signatures and attestations", args: ["audit", "signatures"] },
  { about: "known holes", args: ["audit", "--omit", "dev"] },
];

function ask(args: readonly string[]): Promise<Verdict> {
  return new Promise((resolve) => {
    // npm ends with a code of its own for each outcome; what it prints says more.
    execFile("npm", [...args, "--json", "--fetch-retries", "0"], { cwd: root }, (_, stdout) =>
      resolve(readVerdict(stdout)),
    );
  });
}

let exitCode = 0;
for (const { about, args } of questions) {
  const { state, text } = await ask(args);
  console.log(`${state.padEnd(13)} ${about}: ${text}`);
  if (state === "wrong") exitCode = 1;
  else if (state === "not verified" && exitCode === 0) exitCode = 2;
}
process.exitCode = exitCode;
