/**
 * The generator: sends alerts from a process of its own, on raw keep-alive connections without
 * pipelining. A request is made once for each connection and body; only the alert's number
 * changes, so an alert costs one write and one read. It must never be what limits a run: the
 * scenario `tools` measures it straight against the receiver.
 */

import { connect, type Socket } from "node:net";
import { machineMs } from "./clock.ts";
import { createHttpReader } from "./http-reader.ts";
import {
  type GeneratorMessage,
  idDigits,
  idPlaceholder,
  type LoadPlan,
  type Pattern,
} from "./messages.ts";

/** An open run makes connections as it needs them, up to here; after that alerts slip. */
const connectionsMax = 4_000;
/** An answer that has not come by then never will. */
const patienceMs = 60_000;

interface Request {
  readonly bytes: Buffer;
  /** Where the numbers of its alerts stand. */
  readonly digitsAt: readonly number[];
}

interface Connection {
  readonly socket: Socket;
  readonly requests: readonly Request[];
  /** The alert under way; -1 when none is. */
  current: number;
}

let arrived = 0;

async function run(plan: LoadPlan): Promise<void> {
  arrived = 0;
  const { pattern, durationMs, fanOut } = plan;
  const scheduledAt: number[] = [];
  const slipMs: number[] = [];
  const answeredAt: number[] = [];
  const statuses: number[] = [];
  const free: Connection[] = [];
  const all = new Set<Connection>();
  let answered = 0;
  let unexplained = 0;
  const startedAt = machineMs();
  const endsAt = startedAt + durationMs;

  function send(connection: Connection, at: number): void {
    const id = scheduledAt.length;
    const request = connection.requests[id % connection.requests.length];
    if (request === undefined) return;
    connection.current = id;
    scheduledAt.push(at);
    slipMs.push(Math.max(machineMs() - at, 0));
    answeredAt.push(0);
    statuses.push(0);
    const { bytes, digitsAt } = request;
    digitsAt.forEach((at, index) => {
      writeDigits(bytes, at, id * digitsAt.length + index);
    });
    connection.socket.write(request.bytes);
  }

  async function open(): Promise<Connection> {
    const connection = await openConnection(plan, ({ status, saysWhen }) => {
      // 408, from a server that ends what has been silent for long.
      if (connection.current < 0) return;
      answeredAt[connection.current] = machineMs();
      statuses[connection.current] = status;
      if ((status === 429 || status === 503) && !saysWhen) unexplained += 1;
      connection.current = -1;
      answered += 1;
      free.push(connection);
      pump();
    });
    all.add(connection);
    connection.socket.once("close", () => {
      all.delete(connection);
      // What was under way there gets no answer any more.
      if (connection.current >= 0) answered += 1;
      else if (free.includes(connection)) free.splice(free.indexOf(connection), 1);
    });
    return connection;
  }

  let pump = () => {};
  const first = pattern.kind === "closed" ? pattern.connections : 32;
  free.push(...(await Promise.all(Array.from({ length: first }, open))));

  if (pattern.kind === "closed") {
    const isHeld = () => answered - arrived / fanOut > pattern.undeliveredMax;
    pump = () => {
      while (free.length > 0 && machineMs() < endsAt && !isHeld()) {
        const connection = free.pop();
        if (connection !== undefined) send(connection, machineMs());
      }
    };
    pump();
    await ticks(1, () => {
      pump();
      return machineMs() >= endsAt;
    });
  } else {
    const { total, dueAt } = timetableOf(pattern, durationMs);
    let opening = 0;
    pump = () => {
      const now = machineMs();
      while (scheduledAt.length < total) {
        const due = startedAt + dueAt(scheduledAt.length);
        if (due > now) break;
        const connection = free.pop();
        if (connection === undefined) break;
        send(connection, due);
      }
      if (free.length > 4 || all.size + opening >= connectionsMax) return;
      opening += 1;
      open().then((connection) => {
        opening -= 1;
        free.push(connection);
        pump();
      });
    };
    await ticks(1, () => {
      pump();
      return scheduledAt.length >= total;
    });
  }
  pump = () => {};
  const giveUpAt = machineMs() + patienceMs;
  await ticks(2, () => answered >= scheduledAt.length || machineMs() > giveUpAt);
  for (const { socket } of all) socket.destroy();
  process.send?.({
    kind: "sent",
    startedAt,
    endedAt: machineMs(),
    scheduledAt: Float64Array.from(scheduledAt),
    slipMs: Float64Array.from(slipMs),
    answeredAt: Float64Array.from(answeredAt),
    statuses: Uint16Array.from(statuses),
    unexplained,
  });
}

/** How many leave, and when each does, from the start of the run. */
function timetableOf(
  { rate, next }: Extract<Pattern, { kind: "open" }>,
  durationMs: number,
): { total: number; dueAt: (id: number) => number } {
  const gapMs = 1_000 / rate;
  const first = Math.floor(durationMs / gapMs);
  if (next === undefined) return { total: first, dueAt: (id) => id * gapMs };
  const gapNextMs = 1_000 / next.rate;
  const dueAt = (id: number) => (id < first ? id * gapMs : durationMs + (id - first) * gapNextMs);
  return { total: first + Math.floor(next.durationMs / gapNextMs), dueAt };
}

interface Answer {
  readonly status: number;
  /** It has a Retry-After. */
  readonly saysWhen: boolean;
}

function openConnection(plan: LoadPlan, onAnswer: (answer: Answer) => void): Promise<Connection> {
  const { host, port } = plan.target;
  const socket = connect({ host, port, noDelay: true });
  const read = createHttpReader(({ head }) => {
    const status = Number(head.slice(9, 12));
    onAnswer({ status, saysWhen: status >= 400 && /\r\nretry-after: *\d/i.test(head) });
  });
  socket.on("data", read);
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject).on("error", () => socket.destroy());
      resolve({ socket, requests: requestsFor(plan), current: -1 });
    });
  });
}

function requestsFor({ mark, target }: LoadPlan): Request[] {
  const { path, host, port, headers, bodies } = target;
  const lines = Object.entries({ host: `${host}:${port}`, ...headers });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return bodies.map((body) => {
    const length = `content-length: ${Buffer.byteLength(body)}\r\n\r\n`;
    const bytes = Buffer.from(`POST ${path} HTTP/1.1\r\n${head}${length}${body}`);
    const digitsAt: number[] = [];
    const placeholder = idPlaceholder(mark);
    for (let at = bytes.indexOf(placeholder); at >= 0; at = bytes.indexOf(placeholder, at + 1)) {
      digitsAt.push(at + mark.length);
    }
    return { bytes, digitsAt };
  });
}

function writeDigits(bytes: Buffer, at: number, id: number): void {
  let left = id;
  for (let index = at + idDigits - 1; index >= at; index--) {
    bytes[index] = 48 + (left % 10);
    left = Math.floor(left / 10);
  }
}

/** Calls `step` every `everyMs` until it answers true. */
function ticks(everyMs: number, step: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const tick = () => {
      if (step()) resolve();
      else setTimeout(tick, everyMs);
    };
    tick();
  });
}

process.on("message", (message: GeneratorMessage) => {
  if (message.kind === "arrived") arrived = message.count;
  else void run(message.plan);
});
process.on("disconnect", () => process.exit());
