import { type ChildProcess, fork, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";

/** Processes that a run has started and not stopped; `stopAll` leaves none behind. */
const running = new Set<ChildProcess>();

/** Starts a program of this folder with a channel for messages, typed arrays included. */
export function startScript(file: URL, args: readonly string[] = [], env = process.env) {
  const child = fork(file, [...args], { serialization: "advanced", env });
  return keep(child);
}

/** Starts any program. What it prints is dropped, unless `stdio` says otherwise. */
export function startProgram(command: string, args: readonly string[], options: SpawnOptions = {}) {
  return keep(spawn(command, [...args], { stdio: "ignore", ...options }));
}

function keep(child: ChildProcess): ChildProcess {
  running.add(child);
  child.once("exit", () => running.delete(child));
  child.once("error", () => running.delete(child));
  return child;
}

/** The next message of a kind; rejects when the process ends first. */
export function nextMessage<T extends { kind: string }, K extends T["kind"]>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<T, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const end = (code: number | null) => reject(new Error(`a process of the run ended (${code})`));
    const take = (message: T) => {
      if (message.kind !== kind) return;
      child.off("message", take).off("exit", end);
      resolve(message as Extract<T, { kind: K }>);
    };
    child.on("message", take).once("exit", end);
  });
}

/** SIGTERM, and SIGKILL after a while. */
export async function stopProcess(child: ChildProcess, patienceMs = 15_000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
  await exited;
  clearTimeout(timer);
}

export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((child) => stopProcess(child, 2_000)));
}

process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** CPU time that a process and its threads have used, ms. Linux only; 0 elsewhere. */
export function cpuMs(pid: number | undefined): number {
  return ticksOf(readProc(pid, "stat"));
}

/** User and system time in a `stat` line, ms. */
function ticksOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const msPerTick = 10;
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * msPerTick;
}

/** CPU time by the names of a process's threads, ms. */
export function cpuMsByThread(pid: number | undefined): Map<string, number> {
  const byName = new Map<string, number>();
  for (const thread of listProc(`${pid}/task`)) {
    const stat = readProc(pid, `task/${thread}/stat`);
    const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    byName.set(name, (byName.get(name) ?? 0) + ticksOf(stat));
  }
  return byName;
}

function listProc(path: string): string[] {
  try {
    return readdirSync(`/proc/${path}`);
  } catch {
    return [];
  }
}

/** Resident memory of a process, and the most it ever was, in MB. */
export function memoryMb(pid: number | undefined): { now: number; peak: number } {
  const status = readProc(pid, "status");
  const read = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
  return { now: Math.round(read("VmRSS") / 1_024), peak: Math.round(read("VmHWM") / 1_024) };
}

function readProc(pid: number | undefined, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}
