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
import { acceptAlerts } from "./alerts/accept-alerts.ts";
import { countDeliveries, getAlert, getDelivery, nameAlerts } from "./alerts/get-alert.ts";
import { listAlerts } from "./alerts/search-alerts.ts";
import type { Database } from "./database.ts";
import { cancelHeld } from "./deliveries/cancel-held.ts";
import { claim, listLanes, release } from "./deliveries/claim.ts";
import { holdPace, reserveTurns } from "./deliveries/paces.ts";
import { retryDelivery } from "./deliveries/resend.ts";
import { listDeliveries } from "./deliveries/search-deliveries.ts";
import { settle } from "./deliveries/settle.ts";
import { getEventSinkStatus, probeEventSink, setEventSinkPause } from "./deliveries/sink-health.ts";
import { getOverview, getSinkStatistics } from "./deliveries/statistics.ts";
import { summarizeDeliveries } from "./deliveries/summarize-deliveries.ts";
import { getMeta, keepMeta } from "./meta.ts";
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
import type { WriterState } from "./writer-state.ts";

type WriteOperations = {
  readonly [Name in WriteName]: (state: WriterState, input: Input<Name>) => Output<Name>;
};
type ReadOperations = {
  readonly [Name in ReadName]: (db: Database, input: Input<Name>) => Output<Name>;
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
  acceptAlerts,
  listLanes,
  claim,
  settle,
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

type Operation<Context> = (context: Context, input: unknown) => unknown;

// What comes over a port has lost its type; only the store's own client sends there.
const writeByName = new Map(Object.entries(writeOperations) as [string, Operation<WriterState>][]);
const readByName = new Map(Object.entries(readOperations) as [string, Operation<Database>][]);

/** Runs an operation that came over a port, on the writer. */
export function runWrite(state: WriterState, name: string, input: unknown): unknown {
  const operation = writeByName.get(name);
  if (operation === undefined) throw new Error(`The writer has no operation ${name}.`);
  const output = operation(state, input);
  // `appendAudit` answers null, so that it is not told of twice.
  const audit = auditFor(input, output);
  if (audit !== null) appendAudit(state, { audit });
  return output;
}

/** Runs an operation that came over a port, on the reader. */
export function runRead(db: Database, name: string, input: unknown): unknown {
  const operation = readByName.get(name);
  if (operation === undefined) throw new Error(`The reader has no operation ${name}.`);
  return operation(db, input);
}
