/**
 * Until when a process may believe that what it has leased is its own.
 *
 * On PostgreSQL other nodes take over from one that has not been heard of for as long as its lease. The
 * node's thread notes here until when that is, and whoever is about to send looks, on any thread: memory
 * that both see, and no message, so that a process that was frozen knows it before it does anything
 * else. The clock is one that goes on while the process stands still.
 */
export type NodeLease = SharedArrayBuffer;

export function createNodeLease(): NodeLease {
  return new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
}

/** For `extendLease`: read it before the database is asked, whose answer may come late. */
export function readLeaseClock(): bigint {
  return process.hrtime.bigint();
}

/** The lease was good at `from`, by `readLeaseClock`, and is for so long after it. */
export function extendLease(lease: NodeLease, from: bigint, durationMs: number): void {
  Atomics.store(new BigInt64Array(lease), 0, from + BigInt(durationMs) * 1_000_000n);
}

/** It has run out, whatever the clock says. */
export function endLease(lease: NodeLease): void {
  Atomics.store(new BigInt64Array(lease), 0, 0n);
}

export function isLeaseHeld(lease: NodeLease): boolean {
  return readLeaseClock() < Atomics.load(new BigInt64Array(lease), 0);
}
