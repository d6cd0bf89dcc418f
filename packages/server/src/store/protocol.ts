import type { MessagePort } from "node:worker_threads";
import type { NodeLease } from "./node-lease.ts";
import type { StoreEvent, StoreOperations } from "./store.ts";

export type OperationName = keyof StoreOperations;
export type Input<Name extends OperationName> = Parameters<StoreOperations[Name]>[0];
export type Output<Name extends OperationName> = ReturnType<StoreOperations[Name]>;

/**
 * Where each operation runs. The writer's hold the leases in memory, so `claim` and `listLanes`
 * are its own although they write nothing.
 */
export const operationThreads = {
  keepMeta: "writer",
  getMeta: "reader",
  listSealed: "reader",
  replaceSealed: "writer",
  finishKeyRotation: "writer",
  createTenant: "writer",
  updateTenant: "writer",
  getTenant: "reader",
  listTenants: "reader",
  deleteTenant: "writer",
  getTenantSinks: "reader",
  createApiKey: "writer",
  getApiKey: "reader",
  findApiKey: "reader",
  listApiKeys: "reader",
  updateApiKey: "writer",
  noteApiKeyUses: "writer",
  deleteApiKey: "writer",
  createSession: "writer",
  findSession: "reader",
  deleteSession: "writer",
  createEventSink: "writer",
  getEventSink: "reader",
  listEventSinks: "reader",
  updateEventSink: "writer",
  deleteEventSink: "writer",
  getSendingSink: "reader",
  getEventSinkStatus: "reader",
  setEventSinkPause: "writer",
  probeEventSink: "writer",
  putSlackIntegration: "writer",
  getSlackIntegration: "reader",
  listSlackIntegrations: "reader",
  deleteSlackIntegration: "writer",
  createSlackInstall: "writer",
  takeSlackInstall: "writer",
  lockSlackIntegration: "writer",
  unlockSlackIntegration: "writer",
  acceptAlerts: "writer",
  getAlert: "reader",
  listAlerts: "reader",
  listLanes: "writer",
  claim: "writer",
  settle: "writer",
  release: "writer",
  // Waits for no batch.
  reserveTurns: "reader",
  holdPace: "reader",
  getDelivery: "reader",
  listDeliveries: "reader",
  nameAlerts: "reader",
  countDeliveries: "reader",
  appendAudit: "writer",
  listAudit: "reader",
  retryDelivery: "writer",
  cancelHeld: "writer",
  createReplay: "writer",
  getReplay: "reader",
  listReplays: "reader",
  cancelReplay: "writer",
  countReplay: "reader",
  advanceReplays: "writer",
  pruneOld: "writer",
  freeSpace: "writer",
  getSinkStatistics: "reader",
  getOverview: "reader",
  summarizeDeliveries: "reader",
} as const satisfies Record<OperationName, "writer" | "reader">;

type OperationOn<Thread> = {
  [Name in OperationName]: (typeof operationThreads)[Name] extends Thread ? Name : never;
}[OperationName];
export type WriteName = OperationOn<"writer">;
export type ReadName = OperationOn<"reader">;

/** One operation asked for; `id` is the client's own number for it. */
export interface Call {
  readonly id: number;
  readonly name: OperationName;
  readonly input: unknown;
}

/** From a client to the writer or the reader, over its own port. */
export type ClientMessage =
  | { readonly kind: "calls"; readonly calls: readonly Call[] }
  | { readonly kind: "subscribe"; readonly offersPerLane: number };

export type Reply = { readonly id: number } & (
  | { readonly kind: "ok"; readonly value: unknown }
  | { readonly kind: "unavailable"; readonly message: string }
  | { readonly kind: "error"; readonly message: string }
);

/** From the writer or the reader to a client. */
export interface WorkerMessage {
  readonly replies: readonly Reply[];
  readonly events: readonly StoreEvent[];
}

/** From the main thread to a worker, over its own channel. */
export type ControlMessage =
  | { readonly kind: "connect"; readonly port: MessagePort }
  | { readonly kind: "close" }
  /** Plays a full disk: the database may have this many pages more and no others; null lifts it. */
  | { readonly kind: "limit_pages"; readonly pagesMax: number | null };

/** From a worker to the main thread. */
export type WorkerNotice =
  | { readonly kind: "ready" }
  | { readonly kind: "limited" }
  /** The store stopped or resumed answering; told once each way. */
  | { readonly kind: "unavailable"; readonly message: string }
  | { readonly kind: "available" }
  /** It hears no notifications of other nodes, and looks by itself. */
  | { readonly kind: "deaf"; readonly message: string };

/** What a client needs of a port. */
export interface StorePort {
  postMessage(message: ClientMessage): void;
  on(event: "message", listener: (message: WorkerMessage) => void): unknown;
  on(event: "close", listener: () => void): unknown;
  close(): void;
}

/** What crosses to the thread that uses the store. Transfer both ports along with it. */
export interface StoreConnection {
  readonly writer: MessagePort;
  readonly reader: MessagePort;
  /** Of the node, where others may take over what this one holds. */
  readonly lease?: NodeLease;
}
