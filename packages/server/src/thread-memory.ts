/**
 * How much a thread's heap may hold before it is tidied. On a machine with much memory V8 gives each
 * thread large spaces for young objects, and under load they are always full of garbage. The bound is on these
 * and none on what is in use, so no thread ends by it. Two runs of each at full load on two cores: 420 MB for the
 * process instead of 460 to 600, and no loss of throughput to be seen; a bound on old garbage cost about a tenth of it.
 */

import type { ResourceLimits } from "node:worker_threads";

/** For a thread's young objects: three spaces of 16 MiB. */
export const threadLimits: ResourceLimits = { maxYoungGenerationSizeMb: 48 };
