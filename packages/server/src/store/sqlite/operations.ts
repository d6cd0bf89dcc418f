import { auditFor } from "../audit.ts";
import type { Input, Output, ReadName, WriteName } from "../protocol.ts";
import { acceptAlerts } from "./accept-alerts.ts";
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
import type { Database } from "./database.ts";
import { deleteEventSink } from "./delete-event-sink.ts";
import { deleteTenant } from "./delete-tenant.ts";
import { createEventSink, getEventSink, getTenantSinks, listEventSinks } from "./event-sinks.ts";
import { freeSpace } from "./free-space.ts";
import { countDeliveries, getAlert, getDelivery } from "./get-alert.ts";
import { getMeta, keepMeta } from "./meta.ts";
import { pruneOld } from "./prune-old.ts";
import { countReplay } from "./replay-scan.ts";
import { cancelReplay, createReplay, getReplay, listReplays } from "./replays.ts";
import { retryDelivery } from "./resend.ts";
import { finishKeyRotation, listSealed, replaceSealed } from "./sealed-records.ts";
import { listAlerts } from "./search-alerts.ts";
import { listDeliveries } from "./search-deliveries.ts";
import { createSession, deleteSession, findSession } from "./sessions.ts";
import { settle } from "./settle.ts";
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
  countDeliveries,
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
