import type { Clock } from "../clock.ts";
import type { SlackIntegrationId } from "../ids.ts";
import type { Store } from "../store/store.ts";

/**
 * Longer than all that is done under the lock: a request to Slack, and storing what it
 * answered, with time for the store to come back.
 */
export const slackLockMs = 60_000;

const pollMs = 100;

/** Whoever changes a stored token holds the integration's lock, so that no new pair is lost to an older one. */
export function tryLock(
  { store, clock }: { store: Store; clock: Clock },
  id: SlackIntegrationId,
): Promise<boolean> {
  const now = clock.now();
  return store.lockSlackIntegration({ id, now, until: now + slackLockMs });
}

/**
 * Waits for the lock.
 * @param isStillWanted asked before each further try; false ends the waiting.
 * @returns whether the lock is held now.
 */
export async function waitForLock(
  deps: { store: Store; clock: Clock },
  id: SlackIntegrationId,
  waitMsMax: number,
  isStillWanted: () => Promise<boolean> = async () => true,
): Promise<boolean> {
  const { clock } = deps;
  const until = clock.now() + waitMsMax;
  while (!(await tryLock(deps, id))) {
    if (clock.now() >= until) return false;
    await sleep(clock, pollMs);
    if (!(await isStillWanted())) return false;
  }
  return true;
}

export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(ms, () => resolve());
  });
}
