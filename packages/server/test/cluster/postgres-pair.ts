import { spawnSync } from "node:child_process";
import { chownSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import {
  initData,
  makeServerFolder,
  runOnce,
  runsAs,
  type ServerProcess,
  startServer,
} from "../support/postgres-server.ts";

/**
 * A PostgreSQL server and its synchronous standby: a commit is answered when it is on both disks. Nodes
 * reach whichever leads through an address each, as they would through a proxy or a floating one.
 */
export interface PostgresPair {
  /** Makes one more way to the database "cluster" on whichever server leads. */
  openDoor(): Promise<Door>;
  /** Runs one statement there. */
  run(sql: string): Promise<Record<string, unknown>[]>;
  /** Takes the leading server away in order. @returns what brings it back. */
  stop(): Promise<() => Promise<void>>;
  /** Kills the leading server with all its connections, and lets the standby lead, alone from now on. */
  failOver(): Promise<void>;
  close(): Promise<void>;
}

export interface Door {
  readonly url: string;
  /** Cuts all connections through it, and lets none through until the end. */
  shut(end: Promise<void>): Promise<void>;
  /** Nothing gets through until the end, and neither side is told: a network that loses all packets. */
  fallSilent(end: Promise<void>): Promise<void>;
}

const database = "cluster";

export async function startPostgresPair(): Promise<PostgresPair> {
  const [folder, standbyFolder] = [makeServerFolder(), makeServerFolder()];
  const [data, standbyData] = [join(folder, "data"), join(standbyFolder, "data")];
  initData(folder, data);
  copyAsStandby(data, standbyData);
  const startLeader = () => startServer(folder, data, { synchronous_standby_names: "*" });
  let leader: ServerProcess = await startLeader();
  const standby = await startServer(standbyFolder, standbyData, {
    primary_conninfo: `host=${folder} user=postgres`,
    wal_retrieve_retry_interval: "100ms",
  });
  let leaderSocket = socketIn(folder);
  const doors: Awaited<ReturnType<typeof openDoor>>[] = [];
  const run = async (sql: string, name = database) =>
    (await runOnce(leader.urlOf(name), sql)).rows as Record<string, unknown>[];
  await run(`CREATE DATABASE ${database}`, "postgres");
  const closing = new Set<() => Promise<void>>([() => leader.stop(), () => standby.stop()]);
  return {
    async openDoor() {
      const door = await openDoor(() => leaderSocket);
      doors.push(door);
      return {
        url: `postgres://postgres@127.0.0.1:${door.port}/${database}`,
        shut: door.shut,
        fallSilent: door.fallSilent,
      };
    },
    run,
    async stop() {
      await leader.stop();
      return async () => {
        leader = await startLeader();
      };
    },
    async failOver() {
      process.kill(
        Number(readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[0]),
        "SIGKILL",
      );
      for (const door of doors) door.cut();
      await leader.stop();
      await runOnce(standby.urlOf("postgres"), "SELECT pg_promote(true, 60)");
      leader = standby;
      leaderSocket = socketIn(standbyFolder);
    },
    async close() {
      for (const door of doors) door.close();
      for (const close of closing) await close();
      for (const path of [folder, standbyFolder]) rmSync(path, { recursive: true, force: true });
    },
  };
}

const socketIn = (folder: string) => join(folder, ".s.PGSQL.5432");

/** A fresh server's data, byte for byte, is a standby that has missed nothing. */
function copyAsStandby(data: string, standbyData: string): void {
  const copied = spawnSync("cp", ["-a", data, standbyData]);
  if (copied.status !== 0) throw new Error(`cp failed: ${copied.stderr}`);
  const signal = join(standbyData, "standby.signal");
  writeFileSync(signal, "");
  if (runsAs.uid !== undefined) chownSync(signal, runsAs.uid, runsAs.gid);
}

/** An address that leads to whichever socket is told. */
async function openDoor(target: () => string) {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  };
  const ways = new Set<{ readonly client: Socket; readonly upstream: Socket }>();
  let isShut = false;
  let silence: Promise<void> | null = null;
  const server = createServer(async (client) => {
    if (isShut) {
      client.destroy();
      return;
    }
    keep(client);
    await silence;
    const upstream = connect(target());
    keep(upstream);
    const way = { client, upstream };
    ways.add(way);
    letThrough(way);
    const onClose = () => {
      // In silence nobody hears of it before the end.
      if (silence !== null) return;
      ways.delete(way);
      client.destroy();
      upstream.destroy();
    };
    client.on("close", onClose);
    upstream.on("close", onClose);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    async shut(end: Promise<void>) {
      isShut = true;
      cut();
      await end;
      isShut = false;
    },
    async fallSilent(end: Promise<void>) {
      silence = end;
      for (const { client, upstream } of ways) {
        client.unpipe(upstream).pause();
        upstream.unpipe(client).pause();
      }
      await end;
      silence = null;
      for (const way of ways) letThrough(way);
    },
    close() {
      server.close();
      cut();
    },
  };
}

/** Lets everything through, both ways; what one side has ended meanwhile ends on the other. */
function letThrough({
  client,
  upstream,
}: {
  readonly client: Socket;
  readonly upstream: Socket;
}): void {
  if (client.destroyed || upstream.destroyed) {
    client.destroy();
    upstream.destroy();
    return;
  }
  client.pipe(upstream).pipe(client);
}
