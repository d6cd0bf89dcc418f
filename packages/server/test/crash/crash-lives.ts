/**
 * Kills the service again and again while alerts pour in, and balances a ledger outside it against
 * what a webhook received. It contains no product code and speaks to a separate process.
 *
 *   accepted     answered 202, so promised
 *   lost         accepted and never acknowledged by the webhook: must be none
 *   repeated     acknowledged in more than one life: sent, then killed before the settle was on disk
 *   unexplained  acknowledged twice in one life, with no kill between: must be none
 *
 * kill -9 leaves what the kernel has in its cache, so by itself it does not show a missing fsync:
 * with `disk`, what was not synced is taken away after each kill.
 */

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningService, startService } from "../support/start-service.ts";
import { startCountingReceiver } from "./counting-receiver.ts";
import { type Ledger, runLoad } from "./load.ts";
import type { PowerLossDisk } from "./power-loss-disk.ts";

export interface CrashOptions {
  readonly kills: number;
  /** At least so many alerts are accepted in all. */
  readonly alerts: number;
  /** For every life but the first, in which the sink is made. */
  readonly env?: Readonly<Record<string, string>>;
  /** In place of the SQLite file in the service's folder. */
  readonly database?: CrashDatabase;
  /** Makes the disk that loses its power at each kill, around the folder the service runs in. */
  readonly disk?: (root: string, notes: string) => PowerLossDisk;
  /** Decides when the kill comes, and what of the unsynced blocks reaches the disk all the same. */
  readonly random: () => number;
  readonly onKill?: (line: string) => void;
}

export interface CrashDatabase {
  /** What leads every life to it. */
  readonly env: Readonly<Record<string, string>>;
  /** After each kill. */
  afterKill(): Promise<void>;
}

export interface CrashBalance {
  readonly kills: number;
  readonly accepted: number;
  readonly delivered: number;
  readonly lost: number;
  readonly repeated: number;
  /** The most that one kill made be sent again. */
  readonly repeatedByOneKillMax: number;
  readonly unexplained: number;
  /** Acknowledged although no 202 was seen: the kill came between the commit and the answer. */
  readonly neverAccepted: number;
  readonly refused: number;
  readonly seconds: number;
}

const tenantId = "crash-test";
const load = { tenantId, senders: 8, batchSize: 50 };

export async function runCrashLives(options: CrashOptions): Promise<CrashBalance> {
  const startedAt = performance.now();
  const directory = await mkdtemp(join(tmpdir(), "event-sinks-crash-"));
  const root = join(directory, "root");
  await mkdir(root);
  const disk = options.disk?.(root, join(directory, "notes"));
  const receiver = await startCountingReceiver();
  const ledger: Ledger = { accepted: new Set(), unknown: new Set() };
  const cleanUps: (() => Promise<void>)[] = [];
  const owner = { after: (run: () => Promise<void>) => void cleanUps.push(run) };
  const start = (env: CrashOptions["env"]) =>
    startService(owner, root, { ...disk?.env, ...options.database?.env, ...env });
  const missing = () => [...ledger.accepted].filter((id) => !receiver.acknowledged.has(id));
  try {
    const first = await start({});
    await createSink(first, receiver.url);
    await first.stop();
    disk?.losePower();
    for (let life = 1; life <= options.kills; life++) {
      receiver.beginLife(life);
      const service = await start(options.env);
      const share = Math.ceil((options.alerts / options.kills) * life);
      const before = receiver.acknowledged.size;
      const isEnough = () => ledger.accepted.size >= share && receiver.acknowledged.size > before;
      await killUnderLoad(service, ledger, isEnough, options.random);
      await options.database?.afterKill();
      const undone = disk?.losePower(options.random);
      options.onKill?.(
        `kill ${life}: accepted ${ledger.accepted.size}, acknowledged ${receiver.acknowledged.size}` +
          (undone === undefined ? "" : `, ${undone.blocks} blocks and ${undone.names} names lost`),
      );
    }
    receiver.beginLife(options.kills + 1);
    await liveToTheEnd(await start(options.env), ledger, () => missing().length === 0);
    return {
      kills: options.kills,
      accepted: ledger.accepted.size,
      delivered: receiver.acknowledged.size,
      lost: missing().length,
      ...countRepeats(receiver.acknowledged),
      neverAccepted: [...receiver.acknowledged.keys()].filter((id) => !ledger.accepted.has(id))
        .length,
      refused: receiver.refusedCount(),
      seconds: Math.round((performance.now() - startedAt) / 1000),
    };
  } finally {
    for (const cleanUp of cleanUps) await cleanUp();
    receiver.stop();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function createSink({ call }: RunningService, url: string): Promise<void> {
  const answer = await call("POST", "/v1/event_sink", {
    tenant_id: tenantId,
    name: "counting",
    description: "",
    event_sink_args: { Webhook: { url } },
  });
  if (answer.status !== 200) throw new Error(answer.text);
}

/** Kills once enough has happened, and not always at the same point of the load. */
async function killUnderLoad(
  service: RunningService,
  ledger: Ledger,
  isEnough: () => boolean,
  random: () => number,
): Promise<void> {
  let isOver = false;
  const running = runLoad(ledger, { ...load, ...service, isOver: () => isOver });
  const enough = until(isEnough, 60_000);
  // A load that ends before its time has failed: its error is the one to tell.
  await Promise.race([enough, running]);
  await new Promise((resolve) => setTimeout(resolve, random() * 200));
  await service.kill("SIGKILL");
  isOver = true;
  await running;
}

/** Sends what is in doubt once more, waits until nothing is pending, and stops in order. */
async function liveToTheEnd(
  service: RunningService,
  ledger: Ledger,
  isAllThere: () => boolean,
): Promise<void> {
  const rounds = Math.ceil(ledger.unknown.size / load.batchSize);
  let sent = 0;
  await runLoad(ledger, { ...load, ...service, senders: 1, isOver: () => sent++ >= rounds });
  const path = `/v1/delivery?tenant_id=${tenantId}&state=pending&pagination[page_size]=1`;
  const isOver = async () =>
    isAllThere() || (await service.call("GET", path)).json.data.deliveries.length === 0;
  await until(isOver, 120_000);
  await service.stop();
}

/** @param acknowledged the lives in which each alert was acknowledged. */
function countRepeats(acknowledged: ReadonlyMap<string, readonly number[]>) {
  const byKill = new Map<number, number>();
  let repeated = 0;
  let unexplained = 0;
  for (const lives of acknowledged.values()) {
    if (lives.length > 1) repeated += 1;
    if (new Set(lives).size < lives.length) unexplained += 1;
    for (const life of lives.slice(0, -1)) byKill.set(life, (byKill.get(life) ?? 0) + 1);
  }
  return { repeated, unexplained, repeatedByOneKillMax: Math.max(0, ...byKill.values()) };
}

async function until(check: () => boolean | Promise<boolean>, patienceMs: number): Promise<void> {
  const end = performance.now() + patienceMs;
  while (performance.now() < end && !(await check())) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Numbers from 0 to 1 that are the same for the same seed. */
export function createRandom(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

export function describeBalance(balance: CrashBalance): string {
  return `
kills           ${balance.kills}
accepted        ${balance.accepted}   answered 202
delivered       ${balance.delivered}   acknowledged by the webhook
lost            ${balance.lost}
repeated        ${balance.repeated}   sent, then killed before the settle was on disk; by one kill at most ${balance.repeatedByOneKillMax}
unexplained     ${balance.unexplained}   sent twice with no kill between
never accepted  ${balance.neverAccepted}   received although no 202 was seen
refused once    ${balance.refused}   answered 503 at the first try, and tried again
took            ${balance.seconds} s`;
}
