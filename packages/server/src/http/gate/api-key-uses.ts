import type { Clock, Timer } from "../../clock.ts";
import type { ApiKeyId } from "../../ids.ts";
import type { Log } from "../../log.ts";
import type { Store } from "../../store/store.ts";

/** When keys were last used, written down now and then and not with each call. */
export interface ApiKeyUses {
  note(id: ApiKeyId): void;
  /** Writes down what was noted. */
  flush(): Promise<void>;
}

/** `last_used_at` is at most this late. */
const flushMs = 10_000;

export function createApiKeyUses({
  store,
  clock,
  log,
}: {
  store: Store;
  clock: Clock;
  log: Log;
}): ApiKeyUses {
  const uses = new Map<ApiKeyId, number>();
  let timer: Timer | null = null;

  async function flush(): Promise<void> {
    timer?.cancel();
    timer = null;
    const noted = [...uses].map(([id, at]) => ({ id, at }));
    uses.clear();
    if (noted.length === 0) return;
    try {
      await store.noteApiKeyUses({ uses: noted });
    } catch (error) {
      // A store that is away must not end the process for the sake of these.
      log.debug({ error }, "api_key.uses_not_noted");
    }
  }

  return {
    note(id) {
      uses.set(id, clock.now());
      timer ??= clock.setTimer(flushMs, () => void flush());
    },
    flush,
  };
}
