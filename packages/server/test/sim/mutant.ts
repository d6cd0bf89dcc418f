/**
 * Plays seeds against source code with one fault planted, until one of them finds it. A process of its
 * own, since what is loaded stays loaded; `mutations.test.ts` sends it its work.
 */

import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import type { Mutation } from "./mutations.ts";
import { plansThatFailed } from "./plans-that-failed.ts";

export interface MutantWork {
  readonly mutation: Mutation;
  readonly seedsMax: number;
}

export type MutantResult =
  | { readonly kind: "found"; readonly by: string; readonly failure: string }
  | { readonly kind: "missed" }
  /** The text to replace does not stand in the file exactly once. */
  | { readonly kind: "out_of_date"; readonly count: number };

async function hunt({ mutation, seedsMax }: MutantWork): Promise<MutantResult> {
  const { file, from, to } = mutation;
  const url = new URL(`../../src/${file}`, import.meta.url);
  const source = readFileSync(url, "utf8");
  const parts = source.split(from);
  if (parts.length !== 2) return { kind: "out_of_date", count: parts.length - 1 };
  registerHooks({
    load(loaded, context, nextLoad) {
      const result = nextLoad(loaded, context);
      return loaded === url.href ? { ...result, source: parts.join(to) } : result;
    },
  });
  const { makePlan } = await import("./plan.ts");
  const { simulate } = await import("./simulate.ts");
  for (let seed = 1; seed <= seedsMax; seed++) {
    const { failure } = await simulate(makePlan(seed));
    if (failure !== null) return { kind: "found", by: `seed ${seed}`, failure };
  }
  // These want several unlikely things at once, which seeds bring about too rarely to wait for.
  for (const { story, plan } of plansThatFailed) {
    const { failure } = await simulate(plan);
    if (failure !== null) return { kind: "found", by: story, failure };
  }
  return { kind: "missed" };
}

process.once("message", async (work: MutantWork) => {
  process.send?.(await hunt(work));
  process.disconnect?.();
});
