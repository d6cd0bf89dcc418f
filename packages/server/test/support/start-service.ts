import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The service as a process of its own, as an operator runs it. */
export interface RunningService {
  readonly url: string;
  readonly operatorKey: string;
  readonly process: ChildProcess;
  /** Parsed log lines so far. */
  readonly log: readonly LogLine[];
  /** What it has said on stderr so far. */
  readonly errorText: string;
  /** Calls the API with the operator key. */
  call(method: string, path: string, body?: unknown): Promise<ApiAnswer>;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** SIGTERM; fails when the exit code is not 0. */
  stop(): Promise<void>;
}

export interface LogLine {
  readonly msg?: string;
  readonly [field: string]: unknown;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by the documented shape
  readonly json: any;
}

/** The program, as `event-sinks` starts it. */
export const mainPath = join(import.meta.dirname, "../../src/main.ts");

interface Cleanup {
  after(run: () => Promise<void>): void;
}

/**
 * Starts the service on a free port with its data in `directory`; resolves when it listens.
 * Whatever is left of it when the test ends is killed.
 */
export async function startService(
  t: Cleanup,
  directory: string,
  env: Readonly<Record<string, string>> = {},
  program = mainPath,
): Promise<RunningService> {
  const child = spawn(process.execPath, [program], {
    cwd: directory,
    env: {
      PATH: process.env["PATH"],
      EVENT_SINKS_LISTEN: "127.0.0.1:0",
      EVENT_SINKS_ALLOW_CIDRS: "127.0.0.0/8",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  t.after(() => kill("SIGKILL"));
  const log: LogLine[] = [];
  let errors = "";
  child.stderr?.on("data", (chunk) => {
    errors += String(chunk);
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the service ended with ${code}: ${errors}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const entry = JSON.parse(line) as LogLine;
      log.push(entry);
      if (entry.msg === "service.listening") resolve(String(entry["url"]));
    });
  });
  const operatorKey =
    env["EVENT_SINKS_API_KEY"] ??
    (await readFile(join(directory, "data/operator.key"), "utf8")).trim();

  async function kill(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }

  return {
    url,
    operatorKey,
    process: child,
    log,
    get errorText() {
      return errors;
    },
    kill,
    call: (method, path, body) => callApi(url + path, operatorKey, method, body),
    async stop() {
      await kill("SIGTERM");
      if (child.exitCode !== 0) throw new Error(`exit code ${child.exitCode}: ${errors}`);
    },
  };
}

/** One API call; a string body is sent as it is, anything else as JSON. */
export async function callApi(
  url: string,
  key: string,
  method: string,
  body?: unknown,
): Promise<ApiAnswer> {
  const answer = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const isStream = answer.headers.get("content-type")?.startsWith("text/event-stream") === true;
  const text = await (isStream ? firstPiece(answer) : answer.text());
  const isJson = answer.headers.get("content-type")?.startsWith("application/json") === true;
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    json: isJson ? JSON.parse(text) : null,
  };
}

/** Of an answer that goes on for ever. */
async function firstPiece({ body }: Response): Promise<string> {
  if (body === null) return "";
  for await (const piece of body) return Buffer.from(piece).toString("utf8");
  return "";
}

/** An empty folder, removed when the test ends. */
export async function freshDirectory(t: Cleanup): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "event-sinks-test-"));
  t.after(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  return directory;
}

/** Waits until `check` gives something; looks again every few ms, fails after `patienceMs`. */
export async function eventually<T>(
  check: () => T | undefined | false | Promise<T | undefined | false>,
  what: string,
  patienceMs = 60_000,
): Promise<T> {
  const until = performance.now() + patienceMs;
  while (performance.now() < until) {
    const found = await check();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`did not come to pass within ${patienceMs} ms: ${what}`);
}
