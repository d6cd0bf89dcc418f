/**
 * The simulation's time. Everything that happens is a task at an instant; nothing happens between
 * tasks, and tasks run one after the other, each until all promises it settled have been
 * followed. So the order of things depends on the plan's seed and on nothing else.
 */

import TinyQueue from "tinyqueue";
import type { Clock, Timer } from "../../src/clock.ts";

/** A process; what it had to do is forgotten when it dies. */
export interface Life {
  isDead: boolean;
}

interface Task {
  readonly at: number;
  readonly no: number;
  readonly life: Life;
  readonly run: () => void;
}

const realImmediate = setImmediate;
const startAt = Date.UTC(2026, 0, 1);

/** Tasks of one minute; more means that something goes round in circles. */
const tasksPerMinuteMax = 20_000;

/** Whatever outlives every process. */
export const world: Life = { isDead: false };

export class Scheduler {
  readonly #tasks = new TinyQueue<Task>([], (a, b) => a.at - b.at || a.no - b.no);
  #taskCount = 0;
  #life: Life = world;
  /** How far the wall clock has been set off. */
  #skewMs = 0;
  #countdown: { left: number; readonly run: () => void } | null = null;
  /** Monotonic, ms since the start. */
  elapsed = 0;

  now(): number {
    return startAt + this.elapsed + this.#skewMs;
  }

  jump(ms: number): void {
    this.#skewMs += ms;
  }

  schedule(delayMs: number, life: Life, run: () => void): Timer {
    const own = { isDead: false };
    this.#taskCount += 1;
    const guarded = () => {
      if (!own.isDead) run();
    };
    const at = this.elapsed + Math.max(delayMs, 0);
    this.#tasks.push({ at, no: this.#taskCount, life, run: guarded });
    return {
      cancel() {
        own.isDead = true;
      },
    };
  }

  /** Runs `run` between two tasks, that many tasks from now. */
  afterTasks(count: number, run: () => void): void {
    this.#countdown = { left: count, run };
  }

  clockOf(life: Life): Clock {
    return {
      now: () => this.now(),
      setTimer: (delayMs, run) => this.schedule(Math.ceil(delayMs), life, run),
    };
  }

  /**
   * Runs all tasks up to an instant, and has `setImmediate` make tasks meanwhile.
   * @param isOver is asked after each task and ends the run early.
   */
  async runUntil(until: number, isOver: () => boolean): Promise<void> {
    globalThis.setImmediate = ((run: () => void) =>
      this.schedule(0, this.#life, run)) as unknown as typeof setImmediate;
    try {
      let minute = { startsAt: this.elapsed, count: 0 };
      for (let next = this.#tasks.peek(); next !== undefined && next.at <= until; ) {
        minute.count += 1;
        if (minute.count > tasksPerMinuteMax) throw new Error("goes round in circles");
        if (next.at > minute.startsAt + 60_000) minute = { startsAt: next.at, count: 0 };
        await this.#run(next);
        if (isOver()) return;
        next = this.#tasks.peek();
      }
      this.elapsed = until;
    } finally {
      globalThis.setImmediate = realImmediate;
    }
  }

  async #run(task: Task): Promise<void> {
    this.#tasks.pop();
    this.elapsed = task.at;
    if (task.life.isDead) return;
    this.#life = task.life;
    task.run();
    // All microtasks run before the event loop's next turn.
    await new Promise<void>((resolve) => void realImmediate(resolve));
    this.#life = world;
    if (this.#countdown === null) return;
    this.#countdown.left -= 1;
    if (this.#countdown.left > 0) return;
    const { run } = this.#countdown;
    this.#countdown = null;
    run();
  }
}
