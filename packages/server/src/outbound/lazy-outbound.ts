import type { OutboundOptions } from "./create-outbound.ts";
import type { Outbound } from "./outbound.ts";

/**
 * The client of `createOutbound`, loaded with its first request. The HTTP thread asks a platform something only when
 * somebody sets up Slack; the library would take memory, and time at each start, on this thread too.
 */
export function createLazyOutbound(options: OutboundOptions): Outbound {
  let made: Promise<Outbound> | null = null;
  let isClosed = false;

  async function make(): Promise<Outbound> {
    const { createOutbound } = await import("./create-outbound.ts");
    const outbound = createOutbound(options);
    // What is asked for after the end fails as it would have with a client that was there.
    if (isClosed) await outbound.close();
    return outbound;
  }

  return {
    async send(request) {
      made ??= make();
      return (await made).send(request);
    },
    async close() {
      isClosed = true;
      await (await made)?.close();
    },
  };
}
