/**
 * Nodes of the service on a PostgreSQL server with a synchronous standby, under load, while everything
 * happens to them that must not lose an alert. As the crash test of one process does, it balances a
 * ledger outside against what a webhook received, and contains no product code.
 *
 *   accepted   answered 202, so promised
 *   lost       accepted and never acknowledged by the webhook: must be none
 *   repeated   acknowledged more than once: sent, and whoever sent it was gone or cut off before the settle
 *   resettled  recorded as delivered more than once: must be none
 */

import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CountingReceiver, startCountingReceiver } from "../crash/counting-receiver.ts";
import { type RunningService, startService } from "../support/start-service.ts";
import { type ClusterLoad, startClusterLoad } from "./cluster-load.ts";
import { type PostgresPair, startPostgresPair } from "./postgres-pair.ts";

export interface Cluster {
  readonly database: PostgresPair;
  readonly load: ClusterLoad;
  readonly nodeCount: number;
  /** SIGKILL, and at once a new node in its place. */
  killNode(index: number): Promise<void>;
  /** SIGSTOP, and SIGCONT in the end; the load goes round it meanwhile. */
  freezeNode(index: number, end: Promise<void>): Promise<void>;
  /** Cuts a node off from the database; it goes on taking requests, and what it has begun. */
  cutOffNode(index: number, end: Promise<void>): Promise<void>;
  /** The same, but the connections stay: neither side hears of the other until the end. */
  silenceNode(index: number, end: Promise<void>): Promise<void>;
  /** Resolves when so much time has passed and an alert was taken meanwhile; gives up on that at last. */
  untilTaken(ms: number): Promise<void>;
  /** Alerts that the webhook has acknowledged more than once until now. */
  repeatedCount(): number;
  /** Ends the load, waits until nothing is pending, and counts. */
  balance(): Promise<ClusterBalance>;
  close(): Promise<void>;
}

export interface ClusterBalance {
  readonly accepted: number;
  readonly lost: number;
  readonly repeated: number;
  readonly resettled: number;
  /** Deliveries whose state is not what the counts, the queue and the attempts say. */
  readonly inconsistent: number;
  readonly refused: number;
}

export interface ClusterOptions {
  readonly nodes: number;
  readonly sinks: number;
  readonly senders: number;
  readonly batchSize: number;
  readonly pauseMs: number;
}

const tenantId = "cluster-test";

export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const directory = await mkdtemp(join(tmpdir(), "event-sinks-cluster-"));
  const cleanUps: (() => Promise<void>)[] = [];
  const owner = { after: (run: () => Promise<void>) => void cleanUps.push(run) };
  const receiver = await startCountingReceiver();
  const database = await startPostgresPair();
  const operatorKey = randomBytes(32).toString("hex");
  const env = {
    EVENT_SINKS_API_KEY: operatorKey,
    EVENT_SINKS_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
  };
  const doors = await Promise.all(Array.from({ length: options.nodes }, database.openDoor));
  const start = async (index: number) => {
    const url = doors[index]?.url ?? "";
    const folder = join(directory, String(index));
    await mkdir(folder, { recursive: true });
    return startService(owner, folder, { ...env, EVENT_SINKS_DATABASE_URL: url });
  };
  /** Undefined while it cannot be reached. */
  const nodes: (RunningService | undefined)[] = await Promise.all(
    Array.from({ length: options.nodes }, (_, index) => start(index)),
  );
  const eventSinkIds = await makeSinks(nodes[0], options.sinks, receiver);
  const load = startClusterLoad({
    ...options,
    ...{ operatorKey, tenantId, eventSinkIds },
    urls: () => nodes.flatMap((node) => node?.url ?? []),
  });

  /** Takes a node out of the load's sight while something happens to it. */
  async function withNode(
    index: number,
    happen: (node: RunningService) => Promise<RunningService>,
  ): Promise<void> {
    const node = nodes[index];
    if (node === undefined) throw new Error(`node ${index} is away already`);
    nodes[index] = undefined;
    nodes[index] = await happen(node);
  }

  return {
    database,
    load,
    nodeCount: options.nodes,
    killNode: (index) =>
      withNode(index, async (node) => {
        await node.kill("SIGKILL");
        return start(index);
      }),
    freezeNode: (index, end) =>
      withNode(index, async (node) => {
        node.process.kill("SIGSTOP");
        await end;
        node.process.kill("SIGCONT");
        return node;
      }),
    async cutOffNode(index, end) {
      await doors[index]?.shut(end);
    },
    async silenceNode(index, end) {
      await doors[index]?.fallSilent(end);
    },
    async untilTaken(ms) {
      const before = load.accepted.size;
      await sleep(ms);
      const end = performance.now() + patienceMs;
      while (load.accepted.size === before && performance.now() < end) await sleep(50);
    },
    repeatedCount: () => repeatedIn(receiver),
    async balance() {
      await load.end();
      await untilNothingIsPending(database, nodes);
      for (const node of nodes) await node?.stop();
      return balance(database, load, receiver);
    },
    async close() {
      for (const cleanUp of cleanUps) await cleanUp();
      receiver.stop();
      await database.close();
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function makeSinks(
  node: RunningService | undefined,
  count: number,
  receiver: CountingReceiver,
) {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const answer = await node?.call("POST", "/v1/event_sink", {
      ...{ tenant_id: tenantId, name: `counting ${index}`, description: "" },
      // The receiver refuses the first try of some: not for long.
      event_sink_args: {
        Webhook: { url: receiver.url, delivery: { retry_delays_seconds: [1, 1, 2, 5, 5, 5, 5] } },
      },
    });
    if (answer?.status !== 200) throw new Error(answer?.text);
    ids.push(answer.json.event_sink.id);
  }
  return ids;
}

/** Many times what it takes on a machine that has nothing else to do. */
const patienceMs = 120_000;

const stillPendingSql = `SELECT q.*, s.health, l.node_id, n.leased_until, clock_timestamp() AS now
  FROM queue q JOIN event_sinks s ON s.tenant_id = q.tenant_id AND s.id = q.event_sink_id
  LEFT JOIN lanes l ON l.tenant_id = q.tenant_id AND l.event_sink_id = q.event_sink_id
  LEFT JOIN nodes n ON n.id = l.node_id LIMIT 5`;

async function untilNothingIsPending(
  { run }: PostgresPair,
  nodes: readonly (RunningService | undefined)[],
): Promise<void> {
  const end = performance.now() + patienceMs;
  while (performance.now() < end) {
    const [row] = await run("SELECT count(*) AS count FROM queue");
    if (Number(row?.["count"]) === 0) return;
    await sleep(200);
  }
  const pending = await run(stillPendingSql);
  const logs = nodes.map((node) => node?.log.slice(-5));
  console.error("still pending:", JSON.stringify({ pending, logs }, null, 1));
}

/** Rows that contradict each other. */
const inconsistentSql = `SELECT
  (SELECT count(*) FROM queue)
  + (SELECT count(*) FROM deliveries WHERE state <> 'delivered')
  + (SELECT count(*) FROM deliveries d WHERE d.attempt_count <>
      (SELECT count(*) FROM attempts a WHERE a.tenant_id = d.tenant_id AND a.delivery_id = d.id))
  + (SELECT abs(sum(count) FILTER (WHERE state = 'delivered') - (SELECT count(*) FROM deliveries))
      + abs(coalesce(sum(count) FILTER (WHERE state <> 'delivered'), 0)) FROM delivery_counts)
  AS count`;

const resettledSql = `SELECT count(*) AS count FROM (SELECT 1 FROM attempts WHERE outcome = 'delivered'
  GROUP BY tenant_id, delivery_id HAVING count(*) > 1) AS twice`;

const repeatedIn = ({ acknowledged }: CountingReceiver) =>
  [...acknowledged.values()].filter((lives) => lives.length > 1).length;

async function balance(
  { run }: PostgresPair,
  { accepted, refusals }: ClusterLoad,
  receiver: CountingReceiver,
): Promise<ClusterBalance> {
  const count = async (sql: string) => Number((await run(sql))[0]?.["count"]);
  return {
    accepted: accepted.size,
    lost: [...accepted].filter((id) => !receiver.acknowledged.has(id)).length,
    repeated: repeatedIn(receiver),
    resettled: await count(resettledSql),
    inconsistent: await count(inconsistentSql),
    refused: refusals.told,
  };
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
