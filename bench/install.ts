import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = import.meta.dirname;
const mark = join(folder, "node_modules", ".installed");

/** Installs the yardsticks' libraries when they are not, or no longer, what the lockfile says. */
export function installBench(): void {
  const lockfile = readFileSync(join(folder, "package-lock.json"), "utf8");
  if (existsSync(mark) && readFileSync(mark, "utf8") === lockfile) return;
  run("npm", ["ci", "--no-audit", "--no-fund"]);
  run(process.execPath, [
    join(folder, "..", "node_modules", "typescript", "bin", "tsc"),
    "--noEmit",
    "-p",
    ".",
  ]);
  writeFileSync(mark, lockfile);
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, [...args], { cwd: folder, stdio: "inherit" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed (${error ?? status})`);
}
