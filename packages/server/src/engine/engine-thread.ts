/**
 * The engine's thread: sending, signing and waiting for answers happen here, away from the
 * thread that takes alerts in. It talks to the store through ports and to the rest of the
 * service through the few calls of `EngineControl`.
 */

import { type MessagePort, parentPort } from "node:worker_threads";
import { systemClock } from "../clock.ts";
import { createLog } from "../log.ts";
import { createOutbound } from "../outbound/create-outbound.ts";
import { createMailer } from "../outbound/mailer.ts";
import { createSealer } from "../sealer.ts";
import { Secret } from "../secret.ts";
import type { SlackApp } from "../sinks/slack/oauth.ts";
import { attachStore } from "../store/client.ts";
import { Engine } from "./engine.ts";
import type {
  EngineCall,
  EngineMessage,
  EngineReply,
  EngineThreadData,
} from "./engine-messages.ts";
import { createEngineMetrics } from "./engine-metrics.ts";
import { createTokenRefresher } from "./refresh-slack-token.ts";

function readSlackApp({ slackApp }: EngineThreadData): SlackApp | null {
  return slackApp && { ...slackApp, clientSecret: new Secret(slackApp.clientSecret) };
}

/** Begins to deliver; what it answers hears the calls from then on. */
async function begin(data: EngineThreadData): Promise<(call: EngineCall) => Promise<unknown>> {
  const log = createLog({ level: data.logLevel });
  const store = attachStore(data.store);
  const metrics = createEngineMetrics();
  const outbound = createOutbound({ allowCidrs: data.allowCidrs, allowHosts: data.allowHosts });
  const second = data.encryptionKeySecond;
  const sealer = createSealer(
    new Secret(data.encryptionKey),
    second === null ? null : new Secret(second),
  );
  const parts = { store, outbound, sealer, vendors: data.vendors, clock: systemClock, log };
  const engine = new Engine({
    ...parts,
    mailer: createMailer(data.smtpUrl === null ? null : new Secret(data.smtpUrl)),
    refreshToken: createTokenRefresher({ ...parts, slackApp: readSlackApp(data) }),
    metrics,
    random: Math.random,
  });

  async function answer(call: EngineCall): Promise<unknown> {
    if (call.name === "testEventSink") return engine.testEventSink(call.input);
    if (call.name === "metrics") return metrics.registry.getMetricsAsJSON();
    await engine.stop(call.input.graceMs);
    await store.close();
    return null;
  }

  await engine.start();
  return answer;
}

function listen(port: MessagePort): void {
  let answer: (call: EngineCall) => Promise<unknown>;
  const take = async (message: EngineMessage): Promise<unknown> => {
    if ("call" in message) return answer(message.call);
    answer = await begin(message.data);
    return null;
  };
  port.on("message", (message: EngineMessage) => {
    const { id } = message;
    take(message).then(
      (value) => port.postMessage({ id, value } satisfies EngineReply),
      (error: unknown) => port.postMessage({ id, error: String(error) } satisfies EngineReply),
    );
  });
}

if (parentPort !== null) listen(parentPort);
