import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { mainPath } from "./start-service.ts";

/** Starts `event-sinks <words>` as `runCommand` does, to be killed on the way. */
export function startCommand(directory: string, words: readonly string[]) {
  const child = spawn(process.execPath, [mainPath, ...words], {
    cwd: directory,
    env: { PATH: process.env["PATH"] },
    stdio: "ignore",
  });
  const exited = once(child, "exit");
  return {
    async kill(signal: NodeJS.Signals): Promise<void> {
      if (!child.kill(signal)) throw new Error("it has ended by itself");
      await exited;
    },
  };
}

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
