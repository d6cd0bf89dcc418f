/**
 * One clock for all processes of a run: milliseconds of the machine's monotonic clock, so that a
 * time taken by the generator and one taken by the receiver can be subtracted.
 */
const offset = Number(process.hrtime.bigint()) / 1e6 - performance.now();

export function machineMs(): number {
  return performance.now() + offset;
}
