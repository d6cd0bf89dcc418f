/**
 * `npm run bench:nodes`: what 1, 2 and 4 nodes deliver a second, to webhooks that answer after 20 ms.
 *
 * One node alone fills a machine of few cores, so the first rows hold each node to a share of a core, as if
 * nodes had small machines of their own, and more of them must deliver more until the cores are full; the
 * last rows hold back none.
 */

import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Agent, request } from "undici";
import { initData, makeServerFolder, runOnce, startServer } from "../support/postgres-server.ts";
import { type RunningService, startService } from "../support/start-service.ts";
import { type CoreShare, cpuSeconds, makeCoreShare } from "./share-of-core.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "12" },
    "core-share": { type: "string", default: "0.3" },
  },
});

const latencyMs = 20;
const sinkCount = 16;
const warmUpMs = 5_000;
const batchSize = 10;
const sendersPerNode = 8;
/** Accepted and not yet answered by a webhook: beyond it senders wait, so that what counts is delivered. */
const waitingMax = 1_500;

interface Receiver {
  readonly process: ChildProcess;
  readonly url: string;
  answered(): number;
}

async function startReceiver(): Promise<Receiver> {
  const child = fork(new URL("./slow-receiver.ts", import.meta.url), [String(latencyMs)]);
  let answered = 0;
  const port = await new Promise<number>((resolve) => {
    child.on("message", (message: { port?: number; answered?: number }) => {
      if (message.port !== undefined) resolve(message.port);
      answered = message.answered ?? answered;
    });
  });
  return { process: child, url: `http://127.0.0.1:${port}/`, answered: () => answered };
}

async function measure(nodeCount: number, share: number | null): Promise<Record<string, number>> {
  const directory = await mkdtemp(join(tmpdir(), "event-sinks-nodes-"));
  const ends: (() => Promise<void> | void)[] = [];
  const shares: CoreShare[] = [];
  try {
    const folder = makeServerFolder();
    ends.push(() => rmSync(folder, { recursive: true, force: true }));
    const data = join(folder, "data");
    initData(folder, data);
    const server = await startServer(folder, data, {});
    ends.push(() => server.stop());
    await runOnce(server.urlOf("postgres"), "CREATE DATABASE nodes");
    const receiver = await startReceiver();
    ends.push(async () => {
      receiver.process.disconnect();
      await once(receiver.process, "exit");
    });
    const env = {
      EVENT_SINKS_DATABASE_URL: server.urlOf("nodes"),
      EVENT_SINKS_API_KEY: randomBytes(32).toString("hex"),
      EVENT_SINKS_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
    };
    const nodes = await Promise.all(
      Array.from({ length: nodeCount }, async (_, index) => {
        await mkdir(join(directory, String(index)));
        const owner = { after: (run: () => Promise<void>) => void ends.push(run) };
        return startService(owner, join(directory, String(index)), env);
      }),
    );
    const sinkIds = await makeSinks(nodes, receiver.url);
    if (share !== null) shares.push(...nodes.map((node) => holdBack(node, share)));
    const figures = await pour(nodes, sinkIds, receiver, server.urlOf("nodes"));
    await Promise.all(nodes.map((node) => node.stop()));
    return figures;
  } finally {
    for (const end of ends.reverse()) await end();
    for (const one of shares) one.remove();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

function holdBack({ process: { pid = 0 } }: RunningService, share: number): CoreShare {
  const held = makeCoreShare(`event-sinks-node-${pid}`, share);
  if (held === null) throw new Error("A node cannot be held to a share of a core here.");
  held.add(pid);
  return held;
}

/** In turn at all nodes, so that each owns as many. */
async function makeSinks(nodes: readonly RunningService[], url: string): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < sinkCount; index += 1) {
    const answer = await nodes[index % nodes.length]?.call("POST", "/v1/event_sink", {
      ...{ tenant_id: "nodes", name: `sink ${index}`, description: "" },
      event_sink_args: { Webhook: { url } },
    });
    if (answer?.status !== 200) throw new Error(answer?.text);
    ids.push(answer.json.event_sink.id);
  }
  return ids;
}

/** Pours alerts into all nodes and counts what is delivered meanwhile. */
async function pour(
  nodes: readonly RunningService[],
  sinkIds: readonly string[],
  receiver: Receiver,
  databaseUrl: string,
): Promise<Record<string, number>> {
  const agent = new Agent({ connections: sendersPerNode });
  let accepted = 0;
  let refused = 0;
  let isOver = false;
  let turn = 0;
  const send = async ({ url, operatorKey }: RunningService) => {
    while (!isOver) {
      if (accepted - receiver.answered() > waitingMax) {
        await sleep(5);
        continue;
      }
      const alerts = Array.from({ length: batchSize }, () => ({
        ...{ tenant_id: "nodes", name: "an alert to be delivered", severity_id: 3 },
        event_sink_ids: [sinkIds[turn++ % sinkIds.length]],
      }));
      const { statusCode, body } = await request(`${url}/v1/alert/batch`, {
        dispatcher: agent,
        method: "POST",
        headers: { authorization: `Bearer ${operatorKey}`, "content-type": "application/json" },
        body: JSON.stringify({ alerts }),
      });
      await body.dump();
      if (statusCode === 202) accepted += batchSize;
      else refused += 1;
    }
  };
  const sending = nodes.flatMap((node) => Array.from({ length: sendersPerNode }, () => send(node)));
  const pids = nodes.map((node) => node.process.pid ?? 0);
  const used = async () => {
    const { rows } = await runOnce(databaseUrl, "SELECT pid FROM pg_stat_activity");
    const ofDatabase = rows.reduce((sum, { pid }) => sum + cpuSeconds(Number(pid)), 0);
    return { nodes: pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0), ofDatabase };
  };
  await sleep(warmUpMs);
  const [startedAt, before, first] = [performance.now(), await used(), receiver.answered()];
  await sleep(Number(values.seconds) * 1000);
  const seconds = (performance.now() - startedAt) / 1000;
  const delivered = receiver.answered() - first;
  const after = await used();
  isOver = true;
  await Promise.all(sending);
  await agent.destroy();
  const lateBy = performance.now() + 30_000;
  while (receiver.answered() < accepted && performance.now() < lateBy) await sleep(50);
  return {
    perSecond: delivered / seconds,
    nodeCores: (after.nodes - before.nodes) / seconds,
    databaseCores: (after.ofDatabase - before.ofDatabase) / seconds,
    refused,
    missing: Math.max(accepted - receiver.answered(), 0),
  };
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const row = (cells: readonly (string | number)[]) =>
  console.log(cells.map((cell) => String(cell).padStart(15)).join(""));

console.log(
  `${availableParallelism()} cores for nodes, database, senders and webhook; PostgreSQL with fsync; ${sinkCount} sinks, ${latencyMs} ms each`,
);
row(["each node", "nodes", "deliveries/s", "cores of nodes", "of database", "refused", "missing"]);
const share = Number(values["core-share"]);
const trial = makeCoreShare("event-sinks-trial", share);
trial?.remove();
if (trial === null)
  console.log("Nodes cannot be held to a share of a core here (that takes root).");
for (const held of trial === null ? [null] : [share, null]) {
  for (const nodeCount of [1, 2, 4]) {
    const figures = await measure(nodeCount, held);
    row([
      held === null ? "free" : `${held} cores`,
      nodeCount,
      Math.round(figures["perSecond"] ?? 0),
      (figures["nodeCores"] ?? 0).toFixed(2),
      (figures["databaseCores"] ?? 0).toFixed(2),
      figures["refused"] ?? 0,
      figures["missing"] ?? 0,
    ]);
  }
}
