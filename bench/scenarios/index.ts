import { backlogScenario } from "./backlog.ts";
import { isolationScenario } from "./isolation.ts";
import { lists10mScenario, listsScenario } from "./lists.ts";
import { type LoadShape, loadScenario } from "./load.ts";
import { overloadScenario } from "./overload.ts";
import { retentionScenario } from "./retention.ts";
import type { Scenario } from "./scenario.ts";
import { startScenario } from "./start.ts";

const all = [
  "bare",
  "event-sinks",
  "event-sinks-postgres",
  "bullmq-everysec",
  "bullmq-always",
  "pg-boss",
  "graphile-worker",
  "alertmanager",
];
const main = ["bare", "event-sinks"];

const capacity: LoadShape = {
  bodyBytes: 1_000,
  sinksOf: [[0]],
  pattern: { kind: "closed", connections: 64, undeliveredMax: 1_000 },
  warmUpMs: 4_000,
  durationMs: 8_000,
};

const fiveSinks = [[0, 1, 2, 3, 4]];
const spread = Array.from({ length: 10 }, (_, sink) => [sink]);

const capacities: readonly Scenario[] = [
  loadScenario(
    { name: "capacity", about: "deliveries a second, one sink, 1 kB", contenders: all },
    capacity,
  ),
  loadScenario(
    { name: "capacity-10-sinks", about: "the same over ten sinks in turn", contenders: main },
    { ...capacity, sinksOf: spread },
  ),
  loadScenario(
    { name: "fan-out-5", about: "each alert to five sinks", contenders: main },
    { ...capacity, sinksOf: fiveSinks },
  ),
  loadScenario(
    { name: "capacity-20kb", about: "alerts of 20 kB", contenders: main },
    { ...capacity, bodyBytes: 20_000 },
  ),
];

const latencies = [50, 200, 1_000, 3_000].map((rate) =>
  loadScenario(
    {
      name: `latency-${rate}`,
      about: `open loop, ${rate} alerts/s: scheduled time to first byte at the sink`,
      contenders: rate === 1_000 ? all.filter((name) => name !== "alertmanager") : main,
    },
    {
      ...capacity,
      pattern: { kind: "open", rate },
      durationMs: rate < 100 ? 15_000 : 8_000,
    },
  ),
);

const minute = { overloadMs: 60_000, normalMs: 15_000 };

const overloads = [
  overloadScenario("overload-alerts", "twice the sustainable rate in single alerts for a minute", {
    ...{ factor: 2, alertsPerRequest: 1, ...minute },
  }),
  overloadScenario("overload-batches", "five times it in batches of 100", {
    ...{ factor: 5, alertsPerRequest: 100, ...minute },
  }),
];

const tools = loadScenario(
  {
    name: "tools",
    about: "the generator straight at the receiver: what the tools themselves can do",
    contenders: ["tools"],
  },
  capacity,
);

export const scenarios: readonly Scenario[] = [
  tools,
  ...capacities,
  ...latencies,
  ...overloads,
  isolationScenario,
  backlogScenario,
  retentionScenario,
  startScenario,
  listsScenario,
  lists10mScenario,
];
