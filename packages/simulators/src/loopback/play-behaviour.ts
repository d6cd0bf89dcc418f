import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { FastifyReply } from "fastify";
import type { SimulatorClock } from "../clock.ts";
import type { Behaviour } from "./behaviours.ts";
import type { Answer, ReceivedRequest } from "./received-request.ts";

interface Scene {
  readonly received: ReceivedRequest;
  readonly reply: FastifyReply;
  readonly clock: SimulatorClock;
  /** Timers that have to be cancelled when the simulator stops. */
  readonly timers: Set<{ cancel(): void }>;
  /** Handles the request: the effect and the answer of a well-behaved vendor. */
  readonly respond: () => Answer;
}

/** Answers one request: plainly when `behaviour` is null, else as it says. */
export async function playBehaviour(scene: Scene, behaviour: Behaviour | null): Promise<void> {
  switch (behaviour?.kind) {
    case undefined:
      return send(scene, scene.respond());
    case "answer":
      return send(scene, behaviour);
    case "redirect":
      return send(scene, {
        status: behaviour.status ?? 302,
        headers: { location: behaviour.location },
      });
    case "delay":
      await wait(scene, behaviour.delayMs);
      return send(scene, scene.respond());
    case "hang":
      if (behaviour.isHandled === true) scene.respond();
      scene.reply.hijack();
      return;
    case "drop":
      if (behaviour.when === "after_handling") scene.respond();
      scene.reply.hijack();
      scene.reply.raw.socket?.destroy();
      return;
    case "half_response":
      return sendHalf(scene, scene.respond());
    case "giant_body":
      scene.reply.hijack();
      scene.reply.raw.writeHead(behaviour.status ?? 200, { "content-type": "application/json" });
      return sendFiller(scene.reply.raw, behaviour.bodyBytes);
  }
}

function wait(scene: Scene, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = scene.clock.setTimer(delayMs, () => {
      scene.timers.delete(timer);
      resolve();
    });
    scene.timers.add(timer);
  });
}

function encode(scene: Scene, answer: Answer): { headers: Record<string, string>; body: string } {
  const isText = typeof answer.body === "string" || answer.body === undefined;
  const body = isText ? String(answer.body ?? "") : JSON.stringify(answer.body);
  const type = isText ? "text/plain; charset=utf-8" : "application/json; charset=utf-8";
  scene.received.answer = { status: answer.status, body, at: scene.clock.now() };
  return { headers: { "content-type": type, ...answer.headers }, body };
}

async function send(scene: Scene, answer: Answer): Promise<void> {
  const { headers, body } = encode(scene, answer);
  await scene.reply.code(answer.status).headers(headers).send(body);
}

async function sendHalf(scene: Scene, answer: Answer): Promise<void> {
  const { headers, body } = encode(scene, answer);
  const bytes = Buffer.from(body);
  const { raw } = scene.reply;
  scene.reply.hijack();
  raw.writeHead(answer.status, { ...headers, "content-length": String(bytes.length + 2) });
  raw.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => raw.socket?.destroy());
}

/** Writes only as fast as the other side reads, so that a giant body costs no giant memory. */
async function sendFiller(raw: ServerResponse, bodyBytes: number): Promise<void> {
  function* chunks() {
    const chunk = Buffer.alloc(64 * 1024, "x");
    for (let left = bodyBytes; left > 0; left -= chunk.length) yield chunk.subarray(0, left);
  }
  try {
    await pipeline(Readable.from(chunks()), raw);
  } catch {
    // The other side has read enough and hung up: that is what a giant body is for.
  }
}
