/**
 * Random and spoilt requests over every route that the service describes, over real connections.
 *
 * Whatever comes in, the service answers: with a success, or with the documented envelope and the status of its code. 503
 * is the only answer of the 500s that a request may get. And it keeps nothing of what it was asked: what is on the heap
 * once a tenth of the requests have been answered, and all that is kept for speed is there, is what is on it at the end.
 */

import assert from "node:assert/strict";
import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import { defaultSlackApp, defaultSlackToken } from "@event-sinks/simulators";
import { isJsonObject, type JsonValue } from "../../src/domain/json.ts";
import { errorStatus } from "../../src/errors.ts";
import { createLog } from "../../src/log.ts";
import { Secret } from "../../src/secret.ts";
import type { Store } from "../../src/store/store.ts";
import { type FreshHttp, openFreshHttp, operatorKey } from "../support/fresh-http.ts";
import {
  createRequestFuzzer,
  type FuzzRequest,
  type KnownValues,
} from "../support/request-fuzzer.ts";

const tenantIds = ["fuzz-a", "fuzz-b", "fuzz-c"];
const streamPath = "/v1/overview/stream";

/** Made and deleted again and again; a deleted tenant takes its keys along. */
const deletableTenant = "fuzz-gone";

/** A tenant gets a new key after so many requests. */
const keysEvery = 500;

/** Of each kind of id in answers so many are kept, to be asked for; of what is of use once, and in pairs, the newest. */
const knownMax = 20;
const ofOneUse: readonly string[] = ["state", "code"];

/** More than this is a leak, not noise: V8 goes on compiling for a while. */
export const growthMax = 1.15;

export interface FuzzReport {
  readonly seed: number;
  readonly requests: number;
  /** How many answers had which status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** How often each operation was asked for, and answered with a success. */
  readonly operations: ReadonlyMap<string, { asked: number; taken: number }>;
  /** Log lines that tell of a fault of ours. */
  readonly faults: readonly string[];
  /** Bytes in use, garbage left out, after a tenth of the requests and after all. */
  readonly heap: { readonly early: number; readonly late: number };
  readonly tookS: number;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * Sends `requests` requests; throws at the first wrong answer, with what it takes to send it again.
 * @param options `store`: instead of a new SQLite store.
 * @param onAnswer for tests of this test.
 */
export async function runFuzz(
  { requests, seed, store }: { requests: number; seed: number; store?: Store | undefined },
  onAnswer: (answer: Answer) => void = () => {},
): Promise<FuzzReport> {
  const faults: string[] = [];
  const log = createLog({
    level: "debug",
    destination: { write: (line) => void (line.includes('"level":"error"') && faults.push(line)) },
  });
  const startedAt = performance.now();
  const slack = await startSlackThread();
  const { clientId, clientSecret } = defaultSlackApp;
  const http = await openFreshHttp({
    settings: {
      vendors: { slackApi: slack.url, pagerduty: "http://127.0.0.1:9" },
      slackApp: { clientId, clientSecret: new Secret(clientSecret) },
    },
    deps: { log, ...(store !== undefined && { store }) },
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const port = Number(new URL(await http.app.listen({ port: 0, host: "127.0.0.1" })).port);
    const { next, known, authorizations, operations } = await prepare(http, seed);
    const statuses = new Map<number, number>();
    let early = 0;
    for (let n = 0; n < requests; n++) {
      const request = next();
      const answer = await send(request, port, agent);
      check(request, answer, `request ${n} of seed ${seed}`);
      onAnswer(answer);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      const operation = operations.get(request.operation) ?? assert.fail(request.operation);
      operation.asked++;
      if (answer.status < 300) operation.taken++;
      // What has its time (keys at hand, limits, streams) gets it.
      http.clock.advance(20);
      await learn(answer, known);
      // Requests revoke keys, too.
      if (n % keysEvery === 0) authorizations.splice(1, tenantIds.length, ...(await newKeys(http)));
      if (n === Math.floor(requests / 10)) early = await heapInUse();
    }
    const heap = { early, late: await heapInUse() };
    const tookS = Math.round((performance.now() - startedAt) / 1_000);
    return { seed, requests, statuses, operations, faults, heap, tookS };
  } finally {
    agent.destroy();
    await http.close();
    await slack.worker.terminate();
  }
}

async function prepare(http: FreshHttp, seed: number) {
  const { json: description } = await http.call("GET", "/openapi.json");
  const known: KnownValues = new Map([
    ["tenant_id", [...tenantIds, deletableTenant]],
    ["deletable", [deletableTenant]],
    ["api_key", [operatorKey]],
    ["bot_token", [defaultSlackToken]],
    ["channel_id", ["C0ALERTS"]],
  ]);
  const authorizations: (string | undefined)[] = [
    `Bearer ${operatorKey}`,
    ...(await newKeys(http)),
    "Bearer nonsense",
    undefined,
  ];
  const next = createRequestFuzzer({ description, seed, authorizations, known });
  const names = Object.entries<object>(description.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const operations = new Map(names.map((name) => [name, { asked: 0, taken: 0 }]));
  return { next, known, authorizations, operations };
}

async function newKeys(http: FreshHttp): Promise<string[]> {
  const keys = await Promise.all(tenantIds.map((id) => http.tenantKey(id)));
  return keys.map((key) => `Bearer ${key}`);
}

/** A simulator remembers all it is asked: on a thread of its own it does so on a heap of its own. */
async function startSlackThread(): Promise<{ worker: Worker; url: string }> {
  const worker = new Worker(new URL("./slack-thread.ts", import.meta.url));
  const url = await new Promise<string>((resolve) => worker.once("message", resolve));
  return { worker, url };
}

function send(request: FuzzRequest, port: number, agent: Agent): Promise<Answer> {
  const { method, path, body } = request;
  const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
  const headers = { ...request.headers, ...length };
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: "127.0.0.1", port, agent, method, path, headers }, (answer) =>
      read(answer, method === "GET" && path.startsWith(streamPath)).then(resolve, reject),
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Of an answer that never ends the first event is enough; then the caller hangs up. */
async function read(answer: IncomingMessage, isStream: boolean): Promise<Answer> {
  let body = "";
  for await (const chunk of answer.setEncoding("utf8")) {
    body += chunk;
    // Leaving the loop cuts the connection.
    if (isStream && body.includes("event: overview\ndata: {")) break;
  }
  return { status: answer.statusCode ?? 0, body };
}

function check(request: FuzzRequest, { status, body }: Answer, which: string): void {
  const told = JSON.stringify({ ...request, body: request.body?.slice(0, 1_000) });
  const what = `${which}: ${told}\nanswered ${status} ${body.slice(0, 500)}`;
  if (status < 400) {
    assert.ok(status === 200 || status === 202, what);
    return;
  }
  assert.ok(status < 500 || status === 503, what);
  if (request.method === "HEAD") return;
  const envelope: unknown = JSON.parse(body);
  assert.ok(typeof envelope === "object" && envelope !== null, what);
  const { error, code, details, ...rest } = envelope as Record<string, unknown>;
  assert.deepEqual(rest, {}, what);
  assert.match(String(error), /^\P{Ll}.*[.?!]$/su, what);
  assert.equal(new Map<unknown, number>(Object.entries(errorStatus)).get(code), status, what);
  if (details !== undefined) {
    assert.ok(Array.isArray(details) && details.length > 0, what);
    for (const one of details) assert.deepEqual(Object.keys(one), ["path", "message"], what);
  }
}

/** What later requests may ask for: the ids of an answer, and what Slack's page does with an install's link. */
async function learn({ status, body }: Answer, known: KnownValues): Promise<void> {
  if (status >= 300 || !body.startsWith("{") || body.length > 50_000) return;
  const note = (kind: string, value: unknown) => {
    if (typeof value !== "string" || value === "") return;
    const values = known.get(kind) ?? [];
    if (!values.includes(value)) values.push(value);
    known.set(kind, values.slice(ofOneUse.includes(kind) ? -1 : -knownMax));
  };
  const walk = (value: JsonValue, kind: string): void => {
    if (Array.isArray(value)) for (const one of value) walk(one, kind);
    if (!isJsonObject(value)) return;
    note(kind, value["uid"] ?? value["id"]);
    for (const [name, one] of Object.entries(value)) walk(one, kindNamed(name));
  };
  const answer = JSON.parse(body) as JsonValue;
  walk(answer, "none");
  const link = isJsonObject(answer) ? answer["authorize_url"] : undefined;
  if (typeof link !== "string") return;
  const { headers } = await fetch(link, { redirect: "manual" });
  const back = URL.parse(headers.get("location") ?? "")?.searchParams ?? [];
  for (const [name, value] of back) note(name, value);
}

/** `event_sinks` are each an `event_sink`. */
function kindNamed(name: string): string {
  return name === "deliveries" ? "delivery" : name.replace(/s$/, "");
}

async function heapInUse(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  // What the first finds, weak references and finalizers, frees more.
  for (let times = 0; times < 3; times++) {
    collect();
    await new Promise(setImmediate);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** How many times what was on the heap early is on it at the end. */
export function growthOf({ heap }: FuzzReport): number {
  return heap.late / heap.early;
}
