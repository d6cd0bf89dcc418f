/**
 * How long it takes to refuse a key tells nothing of how much of it was right.
 *
 * No times are asserted, since a machine is slow at times. Batches of two kinds of keys are run
 * side by side, in alternating order, and counted is how often the first kind took longer: about
 * half of the time when they are alike, whatever else the machine does. The same count catches a
 * comparison that ends at the first difference.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { hashApiKey, newApiKey } from "../../operator-key.ts";
import { isOperatorKey } from "./auth.ts";

const pairs = 600;
const callsPerBatch = 200;

const right = newApiKey();
const otherLetter = (letter: string | undefined) => (letter === "a" ? "b" : "a");
/** Right but for its last letter, and wrong from its first on. */
const almostRight = right.slice(0, -1) + otherLetter(right.at(-1));
const allWrong = Array.from(right, otherLetter).join("");

type Check = (key: string) => boolean;

function timeOf(check: Check, key: string): bigint {
  const startedAt = process.hrtime.bigint();
  for (let n = 0; n < callsPerBatch; n++) {
    if (check(key)) throw new Error("A wrong key was taken.");
  }
  return process.hrtime.bigint() - startedAt;
}

/** The share of pairs in which the key that is almost right took longer. */
function shareOfLonger(check: Check): number {
  let longer = 0;
  for (let n = -pairs; n < pairs; n++) {
    const isFirst = n % 2 === 0;
    const before = isFirst ? timeOf(check, almostRight) : 0n;
    const wrong = timeOf(check, allWrong);
    const close = isFirst ? before : timeOf(check, almostRight);
    // The first half warms up: the compiler changes what runs.
    if (n >= 0 && close > wrong) longer++;
  }
  return longer / pairs;
}

test("a key that is almost right is refused as fast as one that is all wrong", () => {
  const operatorKeyHash = hashApiKey(right);
  const share = shareOfLonger((key) => isOperatorKey(hashApiKey(key), operatorKeyHash));
  assert.ok(share > 0.3 && share < 0.7, `${share} of all pairs took longer`);
});

test("a comparison that ends at the first difference would be caught", () => {
  function endsEarly(key: string): boolean {
    for (let n = 0; n < right.length; n++) if (key[n] !== right[n]) return false;
    return true;
  }
  const share = shareOfLonger(endsEarly);
  assert.ok(share > 0.9, `${share} of all pairs took longer`);
  // Beside the hash, as it would be in the service.
  const besideHash = shareOfLonger((key) => hashApiKey(key) === "" || endsEarly(key));
  assert.ok(besideHash > 0.7, `${besideHash} of all pairs took longer`);
});
