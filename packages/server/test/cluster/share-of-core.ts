import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Holds a process, with all its threads, to a share of a core, as if its machine were that small. */
export interface CoreShare {
  add(pid: number): void;
  /** When its processes have ended. */
  remove(): void;
}

const v1 = "/sys/fs/cgroup/cpu";
const v2 = "/sys/fs/cgroup";
const periodUs = 20_000;

/** @returns null where the system lets us not: it takes root, and a control group of its own. */
export function makeCoreShare(name: string, share: number): CoreShare | null {
  const isV1 = existsSync(join(v1, "cpu.cfs_quota_us")) || existsSync(join(v1, "cgroup.procs"));
  const folder = join(isV1 ? v1 : v2, name);
  const quotaUs = Math.round(periodUs * share);
  try {
    mkdirSync(folder);
    if (isV1) {
      writeFileSync(join(folder, "cpu.cfs_period_us"), String(periodUs));
      writeFileSync(join(folder, "cpu.cfs_quota_us"), String(quotaUs));
    } else {
      writeFileSync(join(folder, "cpu.max"), `${quotaUs} ${periodUs}`);
    }
  } catch {
    return null;
  }
  return {
    add: (pid) => writeFileSync(join(folder, "cgroup.procs"), String(pid)),
    remove: () => rmdirSync(folder),
  };
}

const ticksPerSecond = 100;

/** CPU time that a process, and its children that have ended, have used until now; seconds. */
export function cpuSeconds(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return 0;
  }
}
