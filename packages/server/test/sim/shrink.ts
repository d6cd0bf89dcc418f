import type { Plan } from "./plan.ts";

/**
 * A plan that still fails, with as few events as can be had cheaply: halves, quarters, … down to single
 * events are left out for as long as the rest fails.
 */
export async function shrink(
  plan: Plan,
  fails: (plan: Plan) => Promise<boolean>,
  triesMax = 300,
): Promise<Plan> {
  let shortest = plan;
  let tries = 0;
  for (let size = Math.ceil(plan.events.length / 2); size >= 1; size = Math.floor(size / 2)) {
    let start = 0;
    while (start < shortest.events.length && tries < triesMax) {
      const events = shortest.events.toSpliced(start, size);
      tries += 1;
      if (await fails({ ...shortest, events })) shortest = { ...shortest, events };
      else start += size;
    }
  }
  return shortest;
}
