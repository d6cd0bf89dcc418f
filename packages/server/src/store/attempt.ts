import type { OutcomeName, Reason } from "../domain/reason.ts";

/** One request of an attempt and what came back; secrets are masked before it gets here. */
export interface Exchange {
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    /** Null when it is the alert's own `body`, which is stored once. */
    readonly body: string | null;
  };
  /** Null when no complete answer came. */
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  } | null;
}

export interface Attempt {
  /** 1, 2, 3, … within the delivery. */
  readonly number: number;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly outcome: OutcomeName;
  readonly reason: Reason | null;
  readonly detail: string | null;
  /** The result is not known: the platform may have taken it. */
  readonly ambiguous: boolean;
  /** Told in a poorer form, since the platform refused the full one. */
  readonly isDegraded: boolean;
  /** When the next try is due; null when none follows. */
  readonly nextTryAt: number | null;
  /** It was made since the delivery was replayed. */
  readonly isReplay?: boolean | undefined;
  /** Usually one; more when the platform asked for another request first. */
  readonly exchanges: readonly Exchange[];
}

/**
 * An attempt on its way to the store, its exchanges written as they are stored: as one text they cross to another
 * thread for a third of what their objects and names would cost.
 */
export type WrittenAttempt = Omit<Attempt, "exchanges"> & { readonly exchanges: string };

export function writeAttempt(attempt: Attempt): WrittenAttempt {
  return { ...attempt, exchanges: JSON.stringify(attempt.exchanges) };
}
