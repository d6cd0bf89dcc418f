import { spawn, spawnSync } from "node:child_process";
import { chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PostgresServer, runOnce, runsAs } from "./postgres-server.ts";

/** PgBouncer of this machine, e.g. from Debian's package; undefined when it is not installed. */
export const poolerVersion = /\d+\.\d+/.exec(
  spawnSync("pgbouncer", ["--version"], { encoding: "utf8" }).stdout ?? "",
)?.[0];

export interface Pooler {
  /** The URL of a database by way of the pooler. */
  urlOf(database: string): string;
  close(): Promise<void>;
}

/** Fewer connections than a node has, so that each of its transactions may get any of them. */
const poolSize = 4;

/** Ends the pooler when this process ends, however it does: its standard input closes. */
const guard = `pgbouncer "$0" & pid=$!; read line; kill -TERM $pid 2>/dev/null; wait $pid`;

/** A PgBouncer in transaction mode in front of a server. */
export async function startPooler(server: PostgresServer): Promise<Pooler> {
  const folder = mkdtempSync(join(tmpdir(), "event-sinks-pooler-"));
  const to = new URL(server.urlOf("postgres"));
  const host = to.searchParams.get("host") ?? to.hostname;
  const password = to.password === "" ? "" : `password=${decodeURIComponent(to.password)}`;
  const settings = `[databases]
* = host=${host} port=${to.port || 5432} user=${decodeURIComponent(to.username)} ${password}
[pgbouncer]
listen_port = 6432
unix_socket_dir = ${folder}
auth_type = any
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 200
`;
  const file = join(folder, "pgbouncer.ini");
  writeFileSync(file, settings);
  if (runsAs.uid !== undefined) chownSync(folder, runsAs.uid, runsAs.gid);
  const pooler = spawn("sh", ["-c", guard, file], {
    ...runsAs,
    cwd: folder,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const ended = new Promise<void>((resolve) => pooler.once("exit", () => resolve()));
  const urlOf = (database: string) =>
    `postgres://postgres@localhost:6432/${database}?host=${encodeURIComponent(folder)}`;
  await untilReady(urlOf("postgres"));
  return {
    urlOf,
    async close() {
      pooler.stdin.end();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilReady(url: string): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    try {
      await runOnce(url, "SELECT 1");
      return;
    } catch (error) {
      if (turn === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
