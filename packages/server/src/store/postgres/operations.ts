import { auditFor } from "../audit.ts";
import type { Input, Output, ReadName, WriteName } from "../protocol.ts";
import { advanceReplays } from "./advance-replays.ts";
import {
  createApiKey,
  deleteApiKey,
  findApiKey,
  getApiKey,
  listApiKeys,
  noteApiKeyUses,
  updateApiKey,
} from "./api-keys.ts";
import { appendAudit, listAudit } from "./audit.ts";
import { cancelHeld } from "./cancel-held.ts";
import { claim, listLanes, release } from "./claim.ts";
import { countDeliveries } from "./counts.ts";
import type { Queries } from "./database.ts";
import { deleteEventSink } from "./delete-event-sink.ts";
import { deleteTenant } from "./delete-tenant.ts";
import { createEventSink, getEventSink, getTenantSinks, listEventSinks } from "./event-sinks.ts";
import { freeSpace } from "./free-space.ts";
import { getAlert, getDelivery } from "./get-alert.ts";
import { getMeta, keepMeta } from "./meta.ts";
import type { NodeState } from "./node-state.ts";
import { pruneOld } from "./prune-old.ts";
import { countReplay } from "./replay-scan.ts";
import { cancelReplay, createReplay, getReplay, listReplays } from "./replays.ts";
import { retryDelivery } from "./resend.ts";
import { finishKeyRotation, listSealed, replaceSealed } from "./sealed-records.ts";
import { listAlerts } from "./search-alerts.ts";
import { listDeliveries } from "./search-deliveries.ts";
import { createSession, deleteSession, findSession } from "./sessions.ts";
import { getEventSinkStatus, probeEventSink, setEventSinkPause } from "./sink-health.ts";
import {
  createSlackInstall,
  lockSlackIntegration,
  takeSlackInstall,
  unlockSlackIntegration,
} from "./slack-installs.ts";
import {
  deleteSlackIntegration,
  getSendingSink,
  getSlackIntegration,
  listSlackIntegrations,
  putSlackIntegration,
} from "./slack-integrations.ts";
import { getOverview, getSinkStatistics } from "./statistics.ts";
import { summarizeDeliveries } from "./summarize-deliveries.ts";
import { createTenant, getTenant, listTenants, updateTenant } from "./tenants.ts";
import { updateEventSink } from "./update-event-sink.ts";

/** These are run together with others of their kind (`batch.ts`). */
type Grouped = "acceptAlerts" | "settle";
type WriteOperations = {
  readonly [Name in Exclude<WriteName, Grouped>]: (
    state: NodeState,
    input: Input<Name>,
  ) => Promise<Output<Name>>;
};
type ReadOperations = {
  readonly [Name in ReadName]: (db: Queries, input: Input<Name>) => Promise<Output<Name>>;
};

const writeOperations: WriteOperations = {
  keepMeta,
  replaceSealed,
  finishKeyRotation,
  createTenant,
  updateTenant,
  deleteTenant,
  createApiKey,
  updateApiKey,
  noteApiKeyUses,
  deleteApiKey,
  createSession,
  deleteSession,
  createEventSink,
  updateEventSink,
  deleteEventSink,
  setEventSinkPause,
  probeEventSink,
  putSlackIntegration,
  deleteSlackIntegration,
  createSlackInstall,
  takeSlackInstall,
  lockSlackIntegration,
  unlockSlackIntegration,
  listLanes,
  claim,
  release,
  appendAudit,
  retryDelivery,
  cancelHeld,
  createReplay,
  cancelReplay,
  advanceReplays,
  pruneOld,
  freeSpace,
};

const readOperations: ReadOperations = {
  getMeta,
  listSealed,
  getTenant,
  listTenants,
  getTenantSinks,
  getApiKey,
  findApiKey,
  listApiKeys,
  findSession,
  getEventSink,
  listEventSinks,
  getSendingSink,
  getEventSinkStatus,
  getSlackIntegration,
  listSlackIntegrations,
  getAlert,
  listAlerts,
  getDelivery,
  listDeliveries,
  countDeliveries,
  listAudit,
  getReplay,
  listReplays,
  countReplay,
  getSinkStatistics,
  getOverview,
  summarizeDeliveries,
};

type Operation<Context> = (context: Context, input: unknown) => Promise<unknown>;

// What comes over a port has lost its type; only the store's own client sends there.
const writeByName = new Map(Object.entries(writeOperations) as [string, Operation<NodeState>][]);
const readByName = new Map(Object.entries(readOperations) as [string, Operation<Queries>][]);

/** Runs an operation that came over a port, in the transaction of a batch. */
export async function runWrite(state: NodeState, name: string, input: unknown): Promise<unknown> {
  const operation = writeByName.get(name);
  if (operation === undefined) throw new Error(`The node has no operation ${name} that writes.`);
  const output = await operation(state, input);
  // `appendAudit` answers null, so that it is not told of twice.
  const audit = auditFor(input, output);
  if (audit !== null) await appendAudit(state, { audit });
  return output;
}

const searchNames: ReadonlySet<string> = new Set<keyof ReadOperations>([
  "listAlerts",
  "listDeliveries",
  "listAudit",
  "countReplay",
  "getSinkStatistics",
  "getOverview",
]);

/** Whether an operation that reads may take long. */
export function isSearch(name: string): boolean {
  return searchNames.has(name);
}

/** Runs an operation that came over a port and writes nothing. */
export async function runRead(db: Queries, name: string, input: unknown): Promise<unknown> {
  const operation = readByName.get(name);
  if (operation === undefined) throw new Error(`The node has no operation ${name} that reads.`);
  return operation(db, input);
}
