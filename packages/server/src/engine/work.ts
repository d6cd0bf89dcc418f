/** Counts what is under way, so that a tick and a stop can wait for its end. */
export class Work {
  #count = 0;
  #waiting: (() => void)[] = [];

  /** `doing` must not reject: whoever starts work handles its failures. */
  add(doing: Promise<void>): void {
    this.#count++;
    void doing.finally(() => {
      this.#count--;
      if (this.#count > 0) return;
      for (const resolve of this.#waiting.splice(0)) resolve();
    });
  }

  /** Resolves when nothing is under way, including what started meanwhile. */
  async done(): Promise<void> {
    while (this.#count > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
