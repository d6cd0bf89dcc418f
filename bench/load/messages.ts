/** What the processes of a run say to each other. */

/**
 * Where alerts go, and how they look. `bodies` take turns; each holds `idPlaceholder(mark)` as often
 * as the others, once for each alert in it: more than once in a batch.
 */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodies: readonly string[];
}

/**
 * Ids are the load's mark and the alert's number in it, from 0, in ten digits. Marks differ, so
 * that no alert is taken for a repeated one of an earlier load.
 */
export const idDigits = 10;
export function idPlaceholder(mark: string): string {
  return mark + "0".repeat(idDigits);
}

/**
 * Closed: each of `connections` sends its next alert when the last is answered, and none sends
 * while more than `undeliveredMax` are answered but have not arrived. Open: alerts leave at
 * `rate` a second, whatever became of those before; `next` is what follows without a pause.
 */
export type Pattern =
  | { readonly kind: "closed"; readonly connections: number; readonly undeliveredMax: number }
  | { readonly kind: "open"; readonly rate: number; readonly next?: Rate };

export interface Rate {
  readonly rate: number;
  readonly durationMs: number;
}

export interface LoadPlan {
  readonly mark: string;
  readonly target: Target;
  readonly pattern: Pattern;
  readonly durationMs: number;
  /** How many deliveries a request makes. */
  readonly fanOut: number;
}

export type GeneratorMessage =
  | { readonly kind: "run"; readonly plan: LoadPlan }
  | { readonly kind: "arrived"; readonly count: number };

/** Times are `machineMs()`; index is the alert's number. */
export interface SentRecord {
  readonly kind: "sent";
  readonly startedAt: number;
  readonly endedAt: number;
  /** When it was to leave. */
  readonly scheduledAt: Float64Array;
  /** How much later it left. */
  readonly slipMs: Float64Array;
  /** When it was answered. */
  readonly answeredAt: Float64Array;
  /** The answer's status; 0: none came. */
  readonly statuses: Uint16Array;
  /** 429 and 503 that did not say when to come back. */
  readonly unexplained: number;
}

export type ReceiverMessage =
  | { readonly kind: "reset"; readonly mark: string; readonly paths: number }
  | { readonly kind: "report" };

/** What one path of the receiver got; index is the alert's number. */
export interface PathRecord {
  /** When its first byte came; 0: never. */
  readonly firstAt: Float64Array;
  readonly counts: Uint8Array;
}

export type ReceiverReport =
  | { readonly kind: "listening"; readonly port: number }
  | { readonly kind: "arrived"; readonly count: number }
  | { readonly kind: "reset" }
  | {
      readonly kind: "received";
      readonly paths: readonly PathRecord[];
      /** Requests without a number of this load: late ones of the load before, or a fault. */
      readonly unreadable: number;
    };
