/**
 * Tells a queue that stands from a burst, as CoDel does (RFC 8289): by the shortest wait in it. A burst
 * makes some wait long, and then its queue is empty again; where even the quickest has waited too
 * long all the while, more comes in than gets out, and waiting only makes everything late.
 */
export interface StandingQueue {
  /** Something has got through that had waited so long. */
  note(waitedMs: number, now: number): void;
  /** Nothing waits at the moment; a queue that stood is gone when this has been so for a while. */
  noteEmpty(now: number): void;
  stands(now: number): boolean;
}

export function createStandingQueue(limits: {
  /** Whoever waits no longer than this waits as one should. */
  readonly waitMsMax: number;
  /** A burst is over within this time. */
  readonly burstMs: number;
}): StandingQueue {
  const { waitMsMax, burstMs } = limits;
  /** Since when all have waited too long. */
  let since: number | null = null;
  let notedAt = Number.NEGATIVE_INFINITY;
  return {
    note(waitedMs, now) {
      if (waitedMs <= waitMsMax) since = null;
      else since ??= now;
      notedAt = now;
    },
    noteEmpty(now) {
      if (Math.abs(now - notedAt) > waitMsMax) since = null;
    },
    stands: (now) => since !== null && now - since > burstMs,
  };
}
