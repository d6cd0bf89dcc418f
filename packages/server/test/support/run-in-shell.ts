import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** Stands in where no curl is installed. */
const curlStandIn = fileURLToPath(new URL("./curl.ts", import.meta.url));

/** Runs a documented command as a stranger would, and answers what it prints. */
export async function runInShell(command: string, env: Record<string, string>): Promise<string> {
  const standIn = `command -v curl >/dev/null || curl() { '${process.execPath}' '${curlStandIn}' "$@"; }\n`;
  const shell = spawn("bash", ["-c", standIn + command], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  return text(shell.stdout);
}
