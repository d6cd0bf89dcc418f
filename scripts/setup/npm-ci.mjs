/** Runs `npm ci`, and says in one sentence why it failed when it did. */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { SetupFailure } from "./setup-failure.mjs";

const sayEveryMs = 5_000;
const killAfterMs = 5_000;
/** Of npm's output this much is kept, for the case that it fails. */
const outputCharsMax = 64 * 1024;
const outputLinesShown = 12;

/**
 * The install must work whatever this user's npm is set to, because the development
 * dependencies hold the runtime: NODE_ENV=production or bin-links=false would leave it out.
 */
const npmArguments = ["ci", "--include=dev", "--bin-links=true", "--no-audit", "--no-fund"];

/** npm's error codes, and what they mean for the person who waits. The first match counts. */
const failures = [
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ECONNRESET|ENOTCACHED|ERR_SOCKET_TIMEOUT/,
    "the npm registry cannot be reached. Check the network (and npm's proxy setting); the first run needs it, later runs do not.",
  ],
  [/ENOSPC|EDQUOT/, "the disk is full. About 500 MB are needed."],
  [
    /EACCES|EPERM|EROFS/,
    "a file or folder cannot be written. Make the project folder and npm's cache writable for you.",
  ],
  [/EUSAGE|in sync/, "package.json and package-lock.json do not agree. Run `npm install` once."],
  [/EINTEGRITY/, "a package does not match its checksum. Run `npm cache verify`, then try again."],
  [
    /SELF_SIGNED_CERT|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/,
    "the registry's certificate is not trusted. Set NODE_EXTRA_CA_CERTS or npm's cafile.",
  ],
  [/E401|E403/, "the registry refused the request. Check npm's login or registry setting."],
  [/E404|ETARGET/, "the registry does not have a package that the lockfile asks for."],
];

/** PATH without this tree's own programs, which npm is about to delete. */
function pathOutside(root) {
  const entries = (process.env.PATH ?? "").split(delimiter);
  return entries.filter((entry) => !entry.startsWith(join(root, "node_modules"))).join(delimiter);
}

/** The npm that runs us if one does, else the first in PATH. */
function npmCommand(root) {
  const { npm_execpath: cli, npm_node_execpath: node } = process.env;
  if (!cli?.endsWith("npm-cli.js") || !existsSync(cli)) return ["npm"];
  const isNodeOutside = node && !node.startsWith(root) && existsSync(node);
  return [isNodeOutside ? node : "node", cli];
}

function explain(output, end) {
  const known = failures.find(([pattern]) => pattern.test(output));
  const lines = output.trimEnd().split("\n");
  const errors = lines.filter((line) => /^npm error (?! *at )/.test(line));
  // npm says what is wrong first and prints its help after that.
  const shown =
    errors.length > 0 ? errors.slice(0, outputLinesShown) : lines.slice(-outputLinesShown);
  return [
    `npm ci failed (${end}): ${known?.[1] ?? "see what npm said:"}`,
    ...shown.map((line) => `  ${line}`),
    "Nothing is half done: run the same command again once that is mended.",
  ].join("\n");
}

/** Passes signals on to npm's process group, and kills it if it does not end. */
function forwardSignals(child) {
  let received = null;
  const kill = (name) => {
    try {
      process.kill(-child.pid, name);
    } catch {
      // It has ended already.
    }
  };
  const handlers = ["SIGINT", "SIGTERM", "SIGHUP"].map((name) => {
    const handler = () => {
      received ??= name;
      kill("SIGTERM");
      setTimeout(() => kill("SIGKILL"), killAfterMs).unref();
    };
    process.on(name, handler);
    return [name, handler];
  });
  return {
    received: () => received,
    stop() {
      for (const [name, handler] of handlers) process.off(name, handler);
    },
  };
}

/**
 * Installs exactly what the lockfile says.
 *
 * @param {string} root
 * @param {{started: (npm: {pid: number}) => void, stillWorking: () => void}} report
 *   `stillWorking` is called every 5 s
 * @throws {SetupFailure} with the cause and the cure
 */
export async function runNpmCi(root, report) {
  const [command, ...before] = npmCommand(root);
  const child = spawn(command, [...before, ...npmArguments], {
    cwd: root,
    env: { ...process.env, PATH: pathOutside(root) },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that npm and all it starts can be ended together.
    detached: true,
  });
  let output = "";
  const collect = (chunk) => {
    output = (output + chunk).slice(-outputCharsMax);
  };
  child.stdout.setEncoding("utf8").on("data", collect);
  child.stderr.setEncoding("utf8").on("data", collect);
  const signals = forwardSignals(child);
  const ticker = setInterval(report.stillWorking, sayEveryMs);
  try {
    const ended = new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve({ code, signal }));
    });
    if (child.pid !== undefined) report.started({ pid: child.pid });
    const { code, signal } = await ended;
    const received = signals.received();
    if (received !== null) {
      const exitCode = 128 + constants.signals[received];
      throw new SetupFailure(`stopped by ${received}; the next run installs anew.`, exitCode);
    }
    if (code !== 0) throw new SetupFailure(explain(output, signal ?? `exit code ${code}`));
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    throw new SetupFailure("npm was not found. Install Node 20 or newer together with npm.");
  } finally {
    clearInterval(ticker);
    signals.stop();
  }
}
