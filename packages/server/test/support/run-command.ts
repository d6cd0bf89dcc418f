import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { mainPath } from "./start-service.ts";

/** Runs `event-sinks <words>` as a process of its own, with its data in `directory`. */
export async function runCommand(
  directory: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ exitCode: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [mainPath, ...words], {
    cwd: directory,
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [[exitCode], out, err] = await Promise.all([
    once(child, "close"),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { exitCode, out, err };
}
