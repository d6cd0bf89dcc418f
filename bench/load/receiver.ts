/**
 * The receiver: what sinks deliver to. A process of its own on raw sockets, so that it costs as
 * little as can be. It answers `/sink/N` with 200, `/hang` after 20 s and `/dead` with 503, and
 * notes for each path which alert came when and how often.
 */

import { createServer, type Socket } from "node:net";
import { machineMs } from "./clock.ts";
import { createHttpReader, type RawMessage } from "./http-reader.ts";
import { idDigits, type ReceiverMessage, type ReceiverReport } from "./messages.ts";

const hangMs = 20_000;
const tellEveryMs = 5;
const ok = answer("200 OK", '{"ok":true}');
const unavailable = answer("503 Service Unavailable", "{}");

function answer(status: string, body: string): Buffer {
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\n`;
  return Buffer.from(`${head}content-length: ${body.length}\r\n\r\n${body}`);
}

interface Path {
  firstAt: Float64Array;
  counts: Uint8Array;
}

let mark = "";
let paths: Path[] = [];
let arrived = 0;
let told = 0;
let unreadable = 0;

function note(path: Path | undefined, id: number, at: number): void {
  if (path === undefined || Number.isNaN(id)) {
    unreadable += 1;
    return;
  }
  if (id >= path.counts.length) grow(path, id);
  const before = path.counts[id] ?? 0;
  if (before === 0) {
    path.firstAt[id] = at;
    arrived += 1;
  }
  if (before < 255) path.counts[id] = before + 1;
}

function grow(path: Path, id: number): void {
  const size = Math.max(65_536, 2 ** Math.ceil(Math.log2(id + 1)));
  const { firstAt, counts } = path;
  path.firstAt = new Float64Array(size);
  path.firstAt.set(firstAt);
  path.counts = new Uint8Array(size);
  path.counts.set(counts);
}

function readId(bytes: Buffer): number {
  const at = bytes.indexOf(mark, 0, "latin1");
  if (at < 0) return Number.NaN;
  let id = 0;
  const start = at + mark.length;
  for (let index = start; index < start + idDigits; index++) {
    const digit = (bytes[index] ?? 0) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    id = id * 10 + digit;
  }
  return id;
}

function serve(socket: Socket): void {
  socket.setNoDelay(true);
  let cameAt = 0;
  const take = ({ head, bytes }: RawMessage) => {
    const path = head.slice(head.indexOf(" ") + 1, head.indexOf(" ", head.indexOf(" ") + 1));
    if (path.startsWith("/sink/")) {
      note(paths[Number(path.slice(6))], readId(bytes), cameAt);
      socket.write(ok);
    } else if (path === "/hang") {
      setTimeout(() => socket.write(ok), hangMs).unref();
    } else socket.write(unavailable);
    cameAt = machineMs();
  };
  const read = createHttpReader(take);
  let isMidway = false;
  socket.on("data", (chunk: Buffer) => {
    // A request that comes in several chunks counts from its first.
    if (!isMidway) cameAt = machineMs();
    isMidway = read(chunk);
  });
  socket.on("error", () => socket.destroy());
}

function say(report: ReceiverReport): void {
  process.send?.(report);
}

const server = createServer(serve).listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () => {
  const address = server.address();
  if (typeof address === "object" && address !== null) {
    say({ kind: "listening", port: address.port });
  }
});

setInterval(() => {
  if (arrived === told) return;
  told = arrived;
  say({ kind: "arrived", count: arrived });
}, tellEveryMs);

process.on("message", (message: ReceiverMessage) => {
  if (message.kind === "report") return say({ kind: "received", paths, unreadable });
  mark = message.mark;
  paths = Array.from({ length: message.paths }, () => ({
    firstAt: new Float64Array(0),
    counts: new Uint8Array(0),
  }));
  arrived = 0;
  told = 0;
  unreadable = 0;
  say({ kind: "reset" });
});
process.on("disconnect", () => process.exit());
