import { statfs } from "node:fs/promises";
import { totalmem } from "node:os";
import type { Log } from "../../log.ts";

/** What the machine has left for new alerts. */
export interface Pressure {
  /** What there is too little of at `now`; null when there is enough. Costs next to nothing. */
  find(now: number): "memory" | "disk" | null;
}

export interface PressureLimits {
  /** Resident memory of the process, all its threads together; null: by the machine. */
  readonly memoryBytesMax: number | null;
  /** Space that must be left where the database is. */
  readonly diskFreeBytesMin: number;
  /** The database's folder; null when it is not on a disk of ours. */
  readonly folder: string | null;
}

const sampleMs = 250;

/** Of what the machine or the container has, when nothing is set. */
const memoryShare = 0.75;

/** Watches memory and disk while alerts come in: sampled as it is asked, with no timer of its own. */
export function createPressure(
  { memoryBytesMax, diskFreeBytesMin, folder }: PressureLimits,
  log: Pick<Log, "warn" | "info">,
): Pressure {
  const memoryMax = memoryBytesMax ?? ownMemoryBytes() * memoryShare;
  let sampledAt = Number.NEGATIVE_INFINITY;
  let isMemoryShort = false;
  let isDiskShort = false;
  let told: "memory" | "disk" | null = null;

  async function lookAtDisk(path: string): Promise<void> {
    try {
      const { bavail, bsize } = await statfs(path);
      isDiskShort = bavail * bsize < diskFreeBytesMin;
    } catch {
      // A disk that cannot be asked says so when it is written to.
      isDiskShort = false;
    }
  }

  /** Once each way: a line for each refusal would fill the disk that is short. */
  function tell(cause: "memory" | "disk" | null): void {
    if (cause === told) return;
    told = cause;
    if (cause === null) log.info({}, "intake.resumed");
    else log.warn({ cause }, "intake.refused");
  }

  // As it starts: the first alert must not slip in past a disk that is full already.
  if (folder !== null) void lookAtDisk(folder);
  return {
    find(now) {
      if (Math.abs(now - sampledAt) >= sampleMs) {
        sampledAt = now;
        isMemoryShort = process.memoryUsage.rss() > memoryMax;
        if (folder !== null) void lookAtDisk(folder);
      }
      const cause = isDiskShort ? "disk" : isMemoryShort ? "memory" : null;
      tell(cause);
      return cause;
    },
  };
}

/** What this process may use: the container's share where it has one. */
function ownMemoryBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
