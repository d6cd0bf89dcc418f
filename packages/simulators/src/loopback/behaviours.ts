import type { Answer, ReceivedRequest } from "./received-request.ts";

/**
 * What a test can make a simulator do instead of behaving.
 *
 * "Handled" means the request had its effect (the Slack message exists, the incident is open)
 * although the sender never learns of it: the ambiguous attempt.
 */
export type Behaviour =
  /** A fixed answer; the request has no effect. */
  | ({ readonly kind: "answer" } & Answer)
  /** Behaves as usual, but only after `delayMs` by the simulator's clock. */
  | { readonly kind: "delay"; readonly delayMs: number }
  /** Reads the request and never answers. */
  | { readonly kind: "hang"; readonly isHandled?: boolean }
  | { readonly kind: "drop"; readonly when: "before_reading" | "after_reading" | "after_handling" }
  /** Handles the request, sends the head and half of the body, then cuts the connection. */
  | { readonly kind: "half_response" }
  | { readonly kind: "giant_body"; readonly bodyBytes: number; readonly status?: number }
  | { readonly kind: "redirect"; readonly location: string; readonly status?: number };

/** Which requests a behaviour is kept for; absent parts match everything. */
export interface Match {
  /** The end of the path, e.g. `chat.postMessage`. */
  readonly path?: string;
  /** Sees an empty body when the behaviour drops before reading. */
  readonly where?: (request: ReceivedRequest) => boolean;
}

interface Planned {
  left: number;
  readonly behaviour: Behaviour;
  readonly match: Match;
}

export interface BehaviourQueue {
  add(count: number, behaviour: Behaviour, match?: Match): void;
  /** Takes the first planned behaviour that fits; `stage` keeps drops before reading apart. */
  take(request: ReceivedRequest, stage: "before_reading" | "after_reading"): Behaviour | null;
  clear(): void;
}

function isBeforeReading(behaviour: Behaviour): boolean {
  return behaviour.kind === "drop" && behaviour.when === "before_reading";
}

function matches(request: ReceivedRequest, match: Match): boolean {
  if (match.path !== undefined && !request.path.endsWith(match.path)) return false;
  return match.where === undefined || match.where(request);
}

export function createBehaviourQueue(): BehaviourQueue {
  let planned: Planned[] = [];
  return {
    add(count, behaviour, match = {}) {
      planned.push({ left: count, behaviour, match });
    },
    take(request, stage) {
      const first = planned.find((entry) => entry.left > 0 && matches(request, entry.match));
      if (first === undefined) return null;
      // What was planned first goes first: a later plan for the other stage has to wait its turn.
      if (isBeforeReading(first.behaviour) !== (stage === "before_reading")) return null;
      first.left -= 1;
      planned = planned.filter((entry) => entry.left > 0);
      return first.behaviour;
    },
    clear() {
      planned = [];
    },
  };
}
