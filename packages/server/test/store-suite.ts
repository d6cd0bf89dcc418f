import { describe } from "node:test";
import type { Store } from "../src/store/store.ts";
import { auditTests } from "./store-suite/audit.ts";
import { brokenSinkTests } from "./store-suite/broken-sinks.ts";
import { intakeTests } from "./store-suite/intake.ts";
import { leaseTests } from "./store-suite/leases.ts";
import { managementTests } from "./store-suite/management.ts";
import { modelTests } from "./store-suite/model.ts";
import { offerTests } from "./store-suite/offers.ts";
import { orderTests } from "./store-suite/order.ts";
import { pausedSinkTests } from "./store-suite/paused-sinks.ts";
import { replayTests } from "./store-suite/replays.ts";
import { resolveTests } from "./store-suite/resolves.ts";
import { retentionTests } from "./store-suite/retention.ts";
import { sealedRecordTests } from "./store-suite/sealed-records.ts";
import { searchTests } from "./store-suite/search.ts";
import { sessionTests } from "./store-suite/sessions.ts";
import { settleTests } from "./store-suite/settle.ts";
import { slackTests } from "./store-suite/slack.ts";
import { statisticsTests } from "./store-suite/statistics.ts";
import { tenantDeletionTests } from "./store-suite/tenant-deletion.ts";
import { urgencyTests } from "./store-suite/urgency.ts";

/** A store on a database of its own, empty at first. */
export interface SuiteStore {
  /** The open connection; another one after `reopen`. */
  readonly store: Store;
  /** Closes everything and opens it again on the same data, as a restart does. */
  reopen(): Promise<Store>;
  close(): Promise<void>;
}

export type OpenStore = () => Promise<SuiteStore>;

/** The suite in parts, for a store that is slow to open: files of tests run side by side. */
export const suiteParts = {
  management: [
    managementTests,
    sessionTests,
    tenantDeletionTests,
    auditTests,
    sealedRecordTests,
    slackTests,
    searchTests,
  ],
  deliveries: [
    intakeTests,
    leaseTests,
    settleTests,
    offerTests,
    replayTests,
    retentionTests,
    statisticsTests,
  ],
  order: [pausedSinkTests, brokenSinkTests, orderTests, modelTests, resolveTests, urgencyTests],
  /** Of all of it what asks most of a database: for versions that not everything is run on. */
  telling: [
    intakeTests,
    settleTests,
    resolveTests,
    retentionTests,
    statisticsTests,
    searchTests,
    tenantDeletionTests,
  ],
} as const;

export type SuitePart = keyof typeof suiteParts;

/** What every store must do. Each test opens a store of its own. */
export function runStoreSuite(
  name: string,
  openStore: OpenStore,
  parts: readonly SuitePart[] = ["management", "deliveries", "order"],
): void {
  describe(`the ${name} store`, () => {
    for (const part of parts) for (const declare of suiteParts[part]) declare(openStore);
  });
}
