import { alertmanager } from "./alertmanager.ts";
import { bare } from "./bare.ts";
import { bullmqContenders } from "./bullmq.ts";
import type { Contender } from "./contender.ts";
import { eventSinks, eventSinksOnPostgres } from "./event-sinks.ts";
import { postgresQueues } from "./postgres-queues.ts";
import { tools } from "./tools.ts";

export const contenders: readonly Contender[] = [
  bare,
  eventSinks,
  eventSinksOnPostgres,
  ...bullmqContenders,
  ...postgresQueues,
  alertmanager,
  tools,
];
