import type { Clock } from "../clock.ts";
import type { Pace } from "../sinks/sink-type.ts";
import type { KeptPace } from "../store/pace-operations.ts";
import type { Store } from "../store/store.ts";
import { engineLimits } from "./limits.ts";
import { holdMsMax } from "./pace.ts";

/** A turn not used this share of a step after its time is void: another node's comes next. */
const lateShare = 0.5;
/** Asked for in one call. */
const pacesMax = 500;

/** A request that may go out from `at` on, by this process's clock. */
interface Turn {
  readonly at: number;
  readonly givenAt: number;
}

/**
 * Turns at paces that this process shares with others (`pace-operations.ts`): the store gives them, one
 * request each. At most one of a pace is in hand here; all lanes that share the pace wait for it, and
 * whichever runs first has it.
 */
export class Turns {
  readonly #store: Pick<Store, "reserveTurns" | "holdPace">;
  readonly #clock: Clock;
  readonly #given = new Map<string, Turn>();
  readonly #held = new Map<string, number>();
  readonly #asked = new Map<string, { pace: Pace; done: PromiseWithResolvers<void> }>();
  #isAsking = false;

  constructor(store: Pick<Store, "reserveTurns" | "holdPace">, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** When a request may go out: `now` or earlier means at once. Null: a turn must be asked for. */
  readyAt(pace: Pace, now: number): number | null {
    const heldUntil = this.#held.get(pace.key);
    if (heldUntil !== undefined) {
      // Longer than any platform is obeyed for: the clock was set back.
      if (heldUntil > now && heldUntil <= now + holdMsMax) return heldUntil;
      this.#held.delete(pace.key);
    }
    const turn = this.#given.get(pace.key);
    if (turn === undefined) return null;
    const isLate = now - turn.at > keptPace(pace).stepMs * lateShare;
    // A clock that was set back says nothing of when its time comes.
    if (!isLate && now >= turn.givenAt) return turn.at;
    this.#given.delete(pace.key);
    return null;
  }

  /** The request goes out. */
  use(pace: Pace): void {
    this.#given.delete(pace.key);
  }

  /** Resolves when there is a turn, or when asking again is worth it. */
  ask(pace: Pace): Promise<void> {
    const asked = this.#asked.get(pace.key) ?? { pace, done: Promise.withResolvers<void>() };
    this.#asked.set(pace.key, asked);
    if (!this.#isAsking) void this.#askForAll();
    return asked.done.promise;
  }

  /** What is asked for meanwhile shares the next call. */
  async #askForAll(): Promise<void> {
    this.#isAsking = true;
    while (this.#asked.size > 0) {
      const batch = [...this.#asked.values()].slice(0, pacesMax);
      await this.#reserve(batch.map(({ pace }) => pace));
      for (const { pace, done } of batch) {
        this.#asked.delete(pace.key);
        done.resolve();
      }
    }
    this.#isAsking = false;
  }

  async #reserve(paces: readonly Pace[]): Promise<void> {
    try {
      const waits = await this.#store.reserveTurns({ paces: paces.map(keptPace) });
      const now = this.#clock.now();
      for (const [index, { key }] of paces.entries()) {
        this.#given.set(key, { at: now + (waits[index] ?? 0), givenAt: now });
      }
    } catch {
      // Its log says that the store is away. Nothing may go out unpaced meanwhile.
      await new Promise<void>((resolve) => {
        this.#clock.setTimer(engineLimits.storeRetryMs, resolve);
      });
    }
  }

  /** The platform asked for quiet until then: here at once, at other nodes as soon as they hear of it. */
  async hold(pace: Pace, until: number, now: number): Promise<void> {
    this.#given.delete(pace.key);
    this.#held.set(pace.key, Math.max(this.#held.get(pace.key) ?? 0, until));
    // If it is not heard, others are told by the platform itself.
    await this.#store.holdPace({ pace: keptPace(pace), forMs: until - now }).catch(() => {});
  }
}

const keptPace = ({ key, burst, perSecond }: Pace): KeptPace => {
  return { key, burst, stepMs: 1000 / perSecond };
};
