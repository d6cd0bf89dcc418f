import { StringDecoder } from "node:string_decoder";
import type { Dispatcher } from "undici";
import type { Clock, Timer } from "../clock.ts";
import { ConnectError, type Failure, readExchangeError } from "./failure.ts";
import { type OutboundRequest, type OutboundResult, responseBytesMax } from "./outbound.ts";

/** How an exchange ended: a result, or, for certain, before anything was written. */
export type ExchangeEnd = OutboundResult | { readonly kind: "unsent"; readonly error: Error };

/** Given to undici where a request is called off; whoever waits was answered before. */
const calledOff = new Error("called off");

/**
 * One request and its answer, as undici's handler. It answers `onEnd` exactly once, and
 * holds one timer until then. Nothing was sent until undici calls `onRequestStart`, which
 * it does right before it writes.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #host: string;
  readonly #startedAt = performance.now();
  readonly #onEnd: (end: ExchangeEnd) => void;
  readonly #bodyBytesMax: number;
  readonly #timer: Timer;
  #controller: Dispatcher.DispatchController | null = null;
  #isEnded = false;
  #status: number | null = null;
  #headers: Readonly<Record<string, string>> = {};
  #chunks: Buffer[] = [];
  #bodyBytes = 0;

  constructor(
    request: OutboundRequest,
    host: string,
    clock: Clock,
    onEnd: (end: ExchangeEnd) => void,
  ) {
    this.#host = host;
    this.#onEnd = onEnd;
    this.#bodyBytesMax = request.responseBytesMax ?? responseBytesMax;
    this.#timer = clock.setTimer(request.timeoutMs, () => {
      const what = this.#status === null ? "No" : "No complete";
      this.#fail("timeout", `${what} answer from ${host} within ${request.timeoutMs / 1000} s.`);
    });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Thrown, not aborted: aborting would cost the connection, which is fine.
    if (this.#isEnded) throw calledOff;
    this.#controller = controller;
  }

  onResponseStart(_: unknown, status: number, headers: Record<string, unknown>): void {
    // 103 Early Hints and the like come before the answer.
    if (status < 200) return;
    this.#status = status;
    this.#headers = joinHeaders(headers);
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    if (this.#isEnded) return;
    const room = this.#bodyBytesMax - this.#bodyBytes;
    this.#bodyBytes += chunk.length;
    this.#chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    if (chunk.length > room) this.#succeed(true);
  }

  onResponseEnd(): void {
    this.#controller = null;
    this.#succeed(false);
  }

  /** Called by undici, also before the request starts. */
  onResponseError(_: unknown, error: Error): void {
    const isSent = this.#controller !== null;
    this.#controller = null;
    if (isSent) {
      const { reason, detail } = readExchangeError(error, this.#host, this.#status);
      this.#fail(reason, detail, true);
    } else if (error instanceof ConnectError) this.#fail(error.reason, error.message, false);
    else this.#end({ kind: "unsent", error });
  }

  #succeed(isBodyCut: boolean): void {
    this.#end({
      kind: "response",
      status: this.#status ?? 0,
      headers: this.#headers,
      body: readText(this.#chunks),
      isBodyCut,
      durationMs: this.#durationMs(),
    });
  }

  #fail(reason: Failure["reason"], detail: string, ambiguous = this.#controller !== null): void {
    this.#end({ kind: "failure", reason, detail, ambiguous, durationMs: this.#durationMs() });
  }

  #end(end: ExchangeEnd): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#timer.cancel();
    this.#chunks = [];
    const controller = this.#controller;
    this.#controller = null;
    this.#onEnd(end);
    // The answer goes on (too long, or too slow): the connection has to go.
    controller?.abort(calledOff);
  }

  #durationMs(): number {
    return Math.round(performance.now() - this.#startedAt);
  }
}

function joinHeaders(headers: Record<string, unknown>): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    joined[name] = Array.isArray(value) ? value.join(", ") : String(value);
  }
  return joined;
}

/** UTF-8; a character cut in half at the end is left out. */
function readText(chunks: readonly Buffer[]): string {
  const [first] = chunks;
  if (first === undefined) return "";
  return new StringDecoder("utf8").write(chunks.length === 1 ? first : Buffer.concat(chunks));
}
