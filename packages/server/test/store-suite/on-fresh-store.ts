import { test } from "node:test";
import type { OpenStore, SuiteStore } from "../store-suite.ts";

/** Declares a test that gets an empty store, which is closed whatever happens. */
export function onFreshStore(
  openStore: OpenStore,
): (name: string, run: (opened: SuiteStore) => Promise<void>) => void {
  return (name, run) => {
    test(name, { timeout: 60_000 }, async () => {
      const opened = await openStore();
      try {
        await run(opened);
      } finally {
        await opened.close();
      }
    });
  };
}
