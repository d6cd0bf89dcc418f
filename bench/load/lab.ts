import type { ChildProcess } from "node:child_process";
import { cpuMs, nextMessage, startScript, stopProcess } from "./child.ts";
import type {
  GeneratorMessage,
  LoadPlan,
  ReceiverMessage,
  ReceiverReport,
  SentRecord,
} from "./messages.ts";

export interface DrainLimits {
  /** How long deliveries may take to arrive after the last alert was answered. */
  readonly drainMsMax: number;
  /** What nothing has come of for this long was lost, or waits for a retry. */
  readonly quietMsMax: number;
}

const drainLimits: DrainLimits = { drainMsMax: 120_000, quietMsMax: 15_000 };

export type Received = Extract<ReceiverReport, { kind: "received" }>;

/** What one load has shown. */
export interface LoadResult {
  readonly sent: SentRecord;
  readonly received: Received;
  /** CPU time used meanwhile, ms. */
  readonly cpu: { readonly generator: number; readonly receiver: number };
}

/** The generator and the receiver, which serve all rounds of a run; counters are fresh each time. */
export interface Lab {
  readonly receiverPort: number;
  readonly receiverUrl: string;
  /** Sends by plan and waits until all that was accepted has arrived, or until nothing more comes. */
  run(plan: LoadPlan, paths: number, drain?: Partial<DrainLimits>): Promise<LoadResult>;
  stop(): Promise<void>;
}

export async function startLab(): Promise<Lab> {
  const receiver = startScript(new URL("./receiver.ts", import.meta.url));
  const { port } = await nextMessage<ReceiverReport, "listening">(receiver, "listening");
  const generator = startScript(new URL("./generator.ts", import.meta.url));
  let arrived = 0;
  receiver.on("message", (message: ReceiverReport) => {
    if (message.kind !== "arrived") return;
    arrived = message.count;
    tell<GeneratorMessage>(generator, message);
  });

  async function drain(
    sent: SentRecord,
    fanOut: number,
    { drainMsMax, quietMsMax }: DrainLimits,
  ): Promise<void> {
    const expected = sent.statuses.reduce((sum, status) => sum + (isTaken(status) ? 1 : 0), 0);
    const until = performance.now() + drainMsMax;
    let seen = arrived;
    let seenAt = performance.now();
    while (arrived < expected * fanOut && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (arrived !== seen) [seen, seenAt] = [arrived, performance.now()];
      if (performance.now() - seenAt > quietMsMax) break;
    }
    // What is sent twice would come now.
    await new Promise((resolve) => setTimeout(resolve, 300));
  }

  return {
    receiverPort: port,
    receiverUrl: `http://127.0.0.1:${port}`,
    async run(plan, paths, limits = {}) {
      tell<ReceiverMessage>(receiver, { kind: "reset", mark: plan.mark, paths });
      await nextMessage<ReceiverReport, "reset">(receiver, "reset");
      arrived = 0;
      const before = { generator: cpuMs(generator.pid), receiver: cpuMs(receiver.pid) };
      tell<GeneratorMessage>(generator, { kind: "run", plan });
      const sent = await nextMessage<SentRecord, "sent">(generator, "sent");
      await drain(sent, plan.fanOut, { ...drainLimits, ...limits });
      const cpu = {
        generator: cpuMs(generator.pid) - before.generator,
        receiver: cpuMs(receiver.pid) - before.receiver,
      };
      tell<ReceiverMessage>(receiver, { kind: "report" });
      const received = await nextMessage<ReceiverReport, "received">(receiver, "received");
      return { sent, received, cpu };
    },
    async stop() {
      await Promise.all([stopProcess(generator), stopProcess(receiver)]);
    },
  };
}

/** Answered as taken: 202 here, 200 elsewhere. */
export function isTaken(status: number): boolean {
  return status >= 200 && status < 300;
}

function tell<T>(child: ChildProcess, message: T): void {
  child.send(message as object);
}
