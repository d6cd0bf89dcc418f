import {
  type Cluster,
  type ClusterBalance,
  type ClusterOptions,
  sleep,
  startCluster,
} from "./cluster.ts";

export interface TrialSizes {
  readonly kills: number;
  /** From one kill to the next. */
  readonly killEveryMs: number;
  /** Longer than a lease (10 s), so that others take a node's sinks before it is back. */
  readonly leaselessMs: number;
  readonly dropMs: number;
  readonly awayMs: number;
  readonly afterFailOverMs: number;
}

export const shortTrials: TrialSizes = {
  kills: 3,
  killEveryMs: 1_500,
  leaselessMs: 12_000,
  dropMs: 2_000,
  awayMs: 4_000,
  afterFailOverMs: 2_000,
};

export const longTrials: TrialSizes = {
  kills: 20,
  killEveryMs: 3_000,
  leaselessMs: 25_000,
  dropMs: 20_000,
  awayMs: 60_000,
  afterFailOverMs: 20_000,
};

interface Trial {
  readonly what: string;
  run(cluster: Cluster, sizes: TrialSizes): Promise<void>;
}

/** One after the other on the same cluster, so that each has to live with what the others left. */
export const trials: readonly Trial[] = [
  {
    what: "nodes killed",
    async run({ killNode, nodeCount, untilTaken }, { kills, killEveryMs }) {
      for (let kill = 0; kill < kills; kill += 1) {
        await untilTaken(killEveryMs);
        await killNode(kill % nodeCount);
      }
    },
  },
  {
    // The third node has all the sinks then.
    what: "one frozen, one cut off",
    async run({ freezeNode, cutOffNode, untilTaken }, { leaselessMs }) {
      const end = untilTaken(leaselessMs);
      await Promise.all([freezeNode(0, end), cutOffNode(1, end)]);
    },
  },
  {
    // Its transactions stay open at the database, and its requests hang.
    what: "one unheard",
    async run({ silenceNode, untilTaken }, { leaselessMs }) {
      await silenceNode(2, untilTaken(leaselessMs));
    },
  },
  {
    what: "connections dropped",
    async run({ database, untilTaken }, { dropMs }) {
      const end = performance.now() + dropMs;
      while (performance.now() < end) {
        await database.run(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE application_name = 'event-sinks' AND random() < 0.5`,
        );
        await sleep(300);
      }
      await untilTaken(0);
    },
  },
  {
    what: "the database away",
    async run({ database }, { awayMs }) {
      const bringBack = await database.stop();
      await sleep(awayMs);
      await bringBack();
    },
  },
  {
    what: "failover to the standby",
    async run({ database, untilTaken }, { afterFailOverMs }) {
      await database.failOver();
      await untilTaken(afterFailOverMs);
    },
  },
];

export interface TrialReport {
  readonly what: string;
  readonly seconds: number;
  /** Answered 202, and 503 with Retry-After, while it went on. */
  readonly accepted: number;
  readonly refused: number;
  /** Acknowledged by the webhook a second time. */
  readonly repeated: number;
}

export interface TrialsResult {
  readonly balance: ClusterBalance;
  readonly reports: readonly TrialReport[];
  /** Answers of the API that no client should get. */
  readonly oddAnswers: readonly string[];
  readonly refusedUntold: number;
}

/** Runs all trials under load. @param onReport is told as each ends. */
export async function runTrials(
  sizes: TrialSizes,
  options: ClusterOptions,
  onReport: (report: TrialReport) => void = () => {},
): Promise<TrialsResult> {
  const cluster = await startCluster(options);
  const { load } = cluster;
  const reports: TrialReport[] = [];
  const count = () => ({
    accepted: load.accepted.size,
    refused: load.refusals.told,
    repeated: cluster.repeatedCount(),
  });
  /** Runs it, and reports on what happened meanwhile. */
  async function watch<T>(what: string, run: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const before = count();
    const result = await run();
    const after = count();
    const report = {
      what,
      seconds: (performance.now() - startedAt) / 1000,
      accepted: after.accepted - before.accepted,
      refused: after.refused - before.refused,
      repeated: after.repeated - before.repeated,
    };
    reports.push(report);
    onReport(report);
    return result;
  }
  try {
    for (const { what, run } of trials) await watch(what, () => run(cluster, sizes));
    const balance = await watch("the rest delivered", cluster.balance);
    return { balance, reports, oddAnswers: load.oddAnswers, refusedUntold: load.refusals.untold };
  } finally {
    await cluster.close();
  }
}
