/**
 * Whether a regular expression can be made to take long (ReDoS): by backtracking, or by beginning anew at each place of
 * a long text. Two judges, as neither knows all: `scslre` finds quantifiers that compete for the same characters, and
 * moving starts; `redos-detector` plays the backtracking through, of use where a group is repeated whose branches overlap.
 */

import { isSafe } from "redos-detector";
import { analyse } from "scslre";

/** What is safe needs far fewer; to look for more takes long. */
const backtracks = { maxScore: 30, maxSteps: 8_000 };

/** What is slow about it; null when nothing is. */
export function slownessOf(source: string, flags: string): string | null {
  const { reports } = analyse({ source, flags });
  const [first] = reports;
  if (first !== undefined) {
    return first.exponential ? "exponential backtracking" : `quadratic or worse (${first.type})`;
  }
  if (!hasRepeatedGroup(source)) return null;
  const { safe } = isSafe(new RegExp(source, flags), backtracks);
  return safe ? null : "a repeated group whose branches overlap";
}

/** `(…)*`, `(…)+`, `(…){…}`. */
function hasRepeatedGroup(source: string): boolean {
  return /\)[*+{]/.test(source);
}
