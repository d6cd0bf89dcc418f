/**
 * The only place where the parts are made and joined. They begin in the order in which
 * they depend on each other, the store first, and stop in reverse: intake ends before the
 * engine, the engine before the store, so that nothing accepted is without a keeper.
 * Loading their modules is most of a start, so threads load theirs side by side: the
 * engine's while the store is opened here, the store's while this one loads the API.
 *
 *     HTTP (this thread)  --->  store's writer and reader (a thread each)
 *            |                          ^
 *            +---->  engine (a thread)  +   all joined by messages only
 */

import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "./clock.ts";
import type { Config } from "./config.ts";
import { loadEncryptionKeys } from "./encryption-key.ts";
import type { EngineControl } from "./engine/engine-control.ts";
import { startPruner } from "./engine/pruner.ts";
import { startReplayer } from "./engine/replayer.ts";
import { startEngineThread } from "./engine/start-engine-thread.ts";
import type { App as HttpApp } from "./http/context.ts";
import { type Doors, openDoors } from "./http/gate/doors.ts";
import { changeCertificates } from "./http/gate/tls.ts";
import { createLog, type Log } from "./log.ts";
import { hashApiKey, loadOperatorKey, type OperatorKey } from "./operator-key.ts";
import { createLazyOutbound } from "./outbound/lazy-outbound.ts";
import { createSealer, type Sealer } from "./sealer.ts";
import { showDatabase } from "./setting-readers.ts";
import type { VendorUrls } from "./sinks/sink-type.ts";
import type { SlackApp } from "./sinks/slack/oauth.ts";
import { checkEncryptionKey } from "./store/check-encryption-key.ts";
import { attachStore } from "./store/client.ts";
import { openStore } from "./store/open-store.ts";
import type { Store } from "./store/store.ts";
import { readTls, readTlsPaths, type TlsPaths } from "./tls-files.ts";
import { version } from "./version.ts";

/** A service that is taking and delivering alerts. */
export interface App {
  /** Where it listens, e.g. `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly operatorKey: OperatorKey;
  /** Reads the certificate's files anew; null without TLS. */
  readonly renewCertificates: (() => void) | null;
  /**
   * Says that it is not ready, and after the delay that is set stops intake, finishes what is under way,
   * and hands back the rest. Calling it again waits for the first.
   */
  stop(): Promise<void>;
}

/**
 * Starts everything; resolves when the service listens. Rejects with a sentence for the
 * operator when it cannot.
 * @param onCrash is told when a part has died and the service cannot go on.
 */
export async function startApp(config: Config, onCrash: (error: Error) => void): Promise<App> {
  const log = createLog({ level: config.logLevel });
  const stops: (() => Promise<void>)[] = [];
  let stopping: Promise<void> | null = null;
  const stop = () => {
    stopping ??= sleep(config.stopDelayS * 1000).then(() => stopAll(stops));
    return stopping;
  };
  try {
    const { operatorKey, encryptionKeys } = loadKeys(config);
    for (const { isNew, path, warning } of [operatorKey, encryptionKeys]) {
      if (isNew) log.info({ path }, "service.key_made");
      if (warning !== null) log.warn({ warning }, "service.key_file");
    }
    const sealer = createSealer(encryptionKeys.key, encryptionKeys.second);

    const engineThread = startEngineThread(onCrash);
    stops.push(() => engineThread.close());

    const { databaseListenUrl: listenUrl } = config;
    const opening = openStore(config.database, { listenUrl, log, onCrash });
    // Awaited again where it is used: it may fail before.
    loadApi().catch(() => {});
    const database = await opening;
    stops.push(() => database.close());
    const store = attachStore(database.connect());
    stops.push(() => store.close());
    await checkEncryptionKey(store, sealer);

    const { retentionDays, auditRetentionDays } = config;
    const pruner = startPruner({
      store,
      clock: systemClock,
      log,
      retentionDays,
      auditRetentionDays,
    });
    stops.push(() => pruner.stop());

    const slackApp = readSlackApp(config);
    const vendors = readVendors(config);
    const engine = await engineThread.begin({
      store: database.connect(),
      encryptionKey: encryptionKeys.key.reveal(),
      encryptionKeySecond: encryptionKeys.second?.reveal() ?? null,
      allowCidrs: config.allowCidrs,
      allowHosts: config.allowHosts,
      vendors,
      smtpUrl: config.smtpUrl?.reveal() ?? null,
      slackApp: slackApp && { ...slackApp, clientSecret: slackApp.clientSecret.reveal() },
      logLevel: config.logLevel,
    });
    stops.push(() => engine.stop(config.stopGraceS * 1000));

    const { url, server } = await listen(
      { config, operatorKey, store, engine, sealer, vendors, slackApp, log },
      stops,
      { isStopping: () => stopping !== null },
    );
    log.info({ url, version, database: showDatabase(config.database) }, "service.listening");
    const renewCertificates = createRenewal(server, readTlsPaths(config), log);
    return { url, operatorKey, renewCertificates, stop };
  } catch (error) {
    await stopAll(stops);
    throw error;
  }
}

/** What was served before goes on when the new files cannot serve. */
function createRenewal(server: HttpApp, paths: TlsPaths | null, log: Log): (() => void) | null {
  if (paths === null) return null;
  return () => {
    try {
      changeCertificates(server, readTls(paths));
      log.info({ path: paths.cert }, "tls.renewed");
    } catch (error) {
      log.error({ error }, "tls.not_renewed");
    }
  };
}

/** On SQLite keys that are not set are kept beside the file; on PostgreSQL they must be set. */
function loadKeys(config: Config) {
  const { database, apiKey } = config;
  const path = database.kind === "sqlite" ? resolve(database.path) : null;
  const folder = path === null ? "." : dirname(path);
  return {
    operatorKey: loadOperatorKey(apiKey, folder),
    encryptionKeys: loadEncryptionKeys(config, folder, path !== null && existsSync(path)),
  };
}

/** Mail has a sender only where there is a server to send it. */
function readVendors({ slackApiUrl, pagerdutyUrl, smtpUrl, mailFrom }: Config): VendorUrls {
  const vendors = { slackApi: slackApiUrl, pagerduty: pagerdutyUrl };
  return smtpUrl === null || mailFrom === null ? vendors : { ...vendors, mailFrom };
}

function readSlackApp({ slackClientId, slackClientSecret }: Config): SlackApp | null {
  if (slackClientId === null || slackClientSecret === null) return null;
  return { clientId: slackClientId, clientSecret: slackClientSecret };
}

/** What only serving needs. */
async function loadApi() {
  const [{ createHttpServer }, { createMetrics }, { putOperatorSlackIntegration }] =
    await Promise.all([
      import("./http/server.ts"),
      import("./http/metrics.ts"),
      import("./http/slack/operator-slack-integration.ts"),
    ]);
  return { createHttpServer, createMetrics, putOperatorSlackIntegration };
}

interface ListenParts {
  readonly config: Config;
  readonly operatorKey: OperatorKey;
  readonly store: Store;
  readonly engine: EngineControl;
  readonly sealer: Sealer;
  readonly vendors: VendorUrls;
  readonly slackApp: SlackApp | null;
  readonly log: Log;
}

async function listen(
  { config, operatorKey, store, engine, sealer, vendors, slackApp, log }: ListenParts,
  stops: (() => Promise<void>)[],
  state: { isStopping: () => boolean },
): Promise<{ readonly url: string; readonly server: HttpApp }> {
  const paths = readTlsPaths(config);
  // First: without its certificate nothing else is worth starting.
  const tls = paths === null ? null : readTls(paths);
  const outbound = createLazyOutbound({
    allowCidrs: config.allowCidrs,
    allowHosts: config.allowHosts,
  });
  stops.push(() => outbound.close());
  const replayer = startReplayer({ store, clock: systemClock, log });
  stops.push(() => replayer.stop());
  const { createHttpServer, createMetrics, putOperatorSlackIntegration } = await loadApi();
  const deps = {
    store,
    engine,
    replayer,
    outbound,
    sealer,
    operatorKeyHash: hashApiKey(operatorKey.key.reveal()),
    clock: systemClock,
    log,
    settings: {
      requireHttps: config.requireHttps,
      allowCidrs: config.allowCidrs,
      allowHosts: config.allowHosts,
      alertBytesMax: config.alertBytesMax,
      batchBytesMax: config.batchBytesMax,
      vendors,
      publicUrl: config.publicUrl,
      slackApp,
      admission: {
        alertsMax: config.intakeAlertsMax,
        bytesMax: config.intakeBytesMax,
        memoryBytesMax: config.memoryBytesMax,
        diskFreeBytesMin: config.diskFreeBytesMin,
        folder: config.database.kind === "sqlite" ? dirname(resolve(config.database.path)) : null,
      },
      connectionsMax: config.connectionsMax,
      tls,
    },
    metrics: createMetrics(),
    isStopping: state.isStopping,
  };
  const { checked } = await putOperatorSlackIntegration(deps, config.slackBotToken);
  stops.push(() => checked);
  const server = await createHttpServer(deps);
  let doors: Doors | null = null;
  stops.push(async () => {
    doors?.close();
    // A body that comes in drops must not hold up the stop: it gets as long as an attempt does.
    const cut = setTimeout(() => server.server.closeAllConnections(), config.stopGraceS * 1000);
    await server.close().finally(() => clearTimeout(cut));
    log.info({}, "service.stopped_listening");
  });
  const { host, port } = config.listen;
  doors = await openDoors(server, { host, port }, config.connectionsMax).catch((error: unknown) => {
    throw new Error(explainListenError(error, `${host}:${port}`), { cause: error });
  });
  return { url: doors.url, server };
}

function explainListenError(error: unknown, address: string): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  const why: Readonly<Record<string, string>> = {
    EADDRINUSE: "something else listens there already",
    EADDRNOTAVAIL: "this machine has no such address",
    EACCES: "this user may not; ports below 1024 need a privilege",
    ENOTFOUND: "the host name is not known",
  };
  return `It cannot listen on ${address}: ${why[code] ?? code}. Name another address in EVENT_SINKS_LISTEN.`;
}

/** In reverse order of starting; a part that fails to stop does not keep the others from it. */
async function stopAll(stops: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const stop of stops.toReversed()) {
    await stop().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw new AggregateError(failures, "not everything stopped cleanly");
}
