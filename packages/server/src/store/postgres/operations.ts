import { auditFor } from "../audit.ts";
import type { Input, Output, ReadName, WriteName } from "../protocol.ts";
import {
  createApiKey,
  deleteApiKey,
  findApiKey,
  getApiKey,
  listApiKeys,
  noteApiKeyUses,
  updateApiKey,
} from "./accounts/api-keys.ts";
import { appendAudit, listAudit } from "./accounts/audit.ts";
import { deleteTenant } from "./accounts/delete-tenant.ts";
import { finishKeyRotation, listSealed, replaceSealed } from "./accounts/sealed-records.ts";
import { createSession, deleteSession, findSession } from "./accounts/sessions.ts";
import { createTenant, getTenant, listTenants, updateTenant } from "./accounts/tenants.ts";
import { getAlert, getDelivery, nameAlerts } from "./alerts/get-alert.ts";
import { listAlerts } from "./alerts/search-alerts.ts";
import { countDeliveries } from "./counts.ts";
import type { Queries } from "./database.ts";
import { cancelHeld } from "./deliveries/cancel-held.ts";
import { claim, listLanes, release } from "./deliveries/claim.ts";
import { holdPace, reserveTurns } from "./deliveries/paces.ts";
import { retryDelivery } from "./deliveries/resend.ts";
import { listDeliveries } from "./deliveries/search-deliveries.ts";
import { getEventSinkStatus, probeEventSink, setEventSinkPause } from "./deliveries/sink-health.ts";
import { getOverview, getSinkStatistics } from "./deliveries/statistics.ts";
import { summarizeDeliveries } from "./deliveries/summarize-deliveries.ts";
import { getMeta, keepMeta } from "./meta.ts";
import type { NodeState } from "./node-state.ts";
import { advanceReplays } from "./replays/advance-replays.ts";
import { countReplay } from "./replays/replay-scan.ts";
import { cancelReplay, createReplay, getReplay, listReplays } from "./replays/replays.ts";
import { freeSpace } from "./retention/free-space.ts";
import { pruneOld } from "./retention/prune-old.ts";
import { deleteEventSink } from "./sinks/delete-event-sink.ts";
import {
  createEventSink,
  getEventSink,
  getTenantSinks,
  listEventSinks,
} from "./sinks/event-sinks.ts";
import {
  createSlackInstall,
  lockSlackIntegration,
  takeSlackInstall,
  unlockSlackIntegration,
} from "./sinks/slack-installs.ts";
import {
  deleteSlackIntegration,
  getSendingSink,
  getSlackIntegration,
  listSlackIntegrations,
  putSlackIntegration,
} from "./sinks/slack-integrations.ts";
import { updateEventSink } from "./sinks/update-event-sink.ts";

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
  nameAlerts,
  countDeliveries,
  reserveTurns,
  holdPace,
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
  "nameAlerts",
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
