import type { ChildProcess } from "node:child_process";
import { nextMessage, startScript, stopProcess } from "../load/child.ts";
import type { Running, Setup } from "./contender.ts";

/** What a yardstick's service says when it listens. */
export interface Listening {
  readonly kind: "listening";
  readonly port: number;
}

/** Starts the scripts of a yardstick, in order; the one with the HTTP front comes last. */
export async function startYardstick(
  scripts: readonly URL[],
  { sinkUrls }: Setup,
  env: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const sinks = Object.fromEntries(sinkUrls.map((url, index) => [`sink-${index}`, url]));
  const children: ChildProcess[] = [];
  let port = 0;
  for (const script of scripts) {
    const child = startScript(script, [], {
      ...process.env,
      BENCH_SINKS: JSON.stringify(sinks),
      ...env,
    });
    children.push(child);
    ({ port } = await nextMessage<Listening, "listening">(child, "listening"));
  }
  return {
    target: {
      host: "127.0.0.1",
      port,
      path: "/v1/alert",
      headers: { "content-type": "application/json" },
    },
    sinkIds: Object.keys(sinks),
    tenantId: "bench",
    pids: children.map(({ pid }) => pid),
    async stop() {
      for (const child of children.reverse()) await stopProcess(child, 5_000);
    },
  };
}
