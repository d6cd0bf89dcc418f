/**
 * Streams of server-sent events: the same text for everybody who watches the same, again and again.
 *
 * A stream costs a timer and a connection. Before each event its caller is asked again whether it still
 * may, so that a revoked key or an ended session sees nothing more. An event is made when the one before it
 * has been read; who does not read it within `unreadMsMax` is cut off, so nothing piles up for anybody.
 */

import type { Clock } from "../../clock.ts";
import { ApiError } from "../../errors.ts";

const pauseMs = 2_000;
const unreadMsMax = 30_000;
const streamsMax = 200;
const streamsPerTenantMax = 50;

/** Who watches what. */
export interface Watcher {
  readonly tenantId: string;
  /** The event's data; throws an `ApiError` when the caller may not see it any more. */
  read(): Promise<string>;
  /** Ends the connection at once. */
  cut(): void;
}

export interface EventStream {
  /** The answer, piece by piece. */
  lines(): AsyncGenerator<string>;
  /** The other side is gone. */
  end(): void;
}

export interface OverviewStreams {
  /** Throws when there are too many. */
  open(watcher: Watcher): EventStream;
  /** Ends all of them; the service stops. */
  close(): void;
}

export function createOverviewStreams(clock: Clock): OverviewStreams {
  const open = new Map<EventStream, string>();
  let isClosed = false;

  function refuseSurplus(tenantId: string): void {
    const count = [...open.values()].filter((one) => one === tenantId).length;
    if (count >= streamsPerTenantMax) {
      throw new ApiError(
        "rate_limited",
        `This tenant has ${count} streams open, as many as it may: close one, or ask for GET /v1/overview.`,
        { retryAfterS: 60 },
      );
    }
    if (isClosed || open.size >= streamsMax) {
      throw new ApiError(
        "unavailable",
        "There is no room for another stream now: ask for GET /v1/overview, or come back later.",
        { retryAfterS: 60 },
      );
    }
  }

  return {
    open(watcher) {
      refuseSurplus(watcher.tenantId);
      const stream = createStream(clock, watcher, () => open.delete(stream));
      open.set(stream, watcher.tenantId);
      return stream;
    },
    close() {
      isClosed = true;
      for (const stream of [...open.keys()]) stream.end();
    },
  };
}

function createStream(clock: Clock, { read, cut }: Watcher, onEnd: () => void): EventStream {
  let isEnded = false;
  let wake = () => {};

  const end = () => {
    isEnded = true;
    onEnd();
    wake();
  };

  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = clock.setTimer(pauseMs, resolve);
      wake = () => {
        timer.cancel();
        resolve();
      };
    });

  async function nextEvent(): Promise<string> {
    try {
      return `event: overview\ndata: ${await read()}\n\n`;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status >= 500) {
        // The page keeps what it shows.
        return ": The store cannot answer now.\n\n";
      }
      end();
      const { message, code } = error;
      return `event: end\ndata: ${JSON.stringify({ error: message, code })}\n\n`;
    }
  }

  return {
    async *lines() {
      yield `retry: ${pauseMs}\n\n`;
      while (!isEnded) {
        const text = await nextEvent();
        const unread = clock.setTimer(unreadMsMax, cut);
        try {
          yield text;
        } finally {
          unread.cancel();
        }
        if (!isEnded) await pause();
      }
    },
    end,
  };
}
