import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { MutantResult, MutantWork } from "./mutant.ts";
import { mutations } from "./mutations.ts";

/** Most are found by one of the first ten. */
const seedsMax = 150;

const mutantPath = fileURLToPath(new URL("./mutant.ts", import.meta.url));

function hunt(t: TestContext, work: MutantWork): Promise<MutantResult> {
  const child = fork(mutantPath, { execArgv: [], signal: t.signal });
  return new Promise((resolve, reject) => {
    child.on("message", resolve).on("error", reject);
    child.on("exit", (code) => reject(new Error(`ended with ${code} and found nothing out`)));
    child.send(work);
  });
}

describe("the simulation finds", { concurrency: 2 }, () => {
  for (const mutation of mutations) {
    test(mutation.story, async (t) => {
      const result = await hunt(t, { mutation, seedsMax });
      if (result.kind === "found") {
        t.diagnostic(`${result.by}: ${result.failure}`);
        return;
      }
      assert.equal(
        result.kind,
        "missed",
        `${mutation.file} has changed: bring the text in mutations.ts up to date, so that it stands there exactly once`,
      );
      assert.fail(`${seedsMax} seeds did not notice`);
    });
  }
});
