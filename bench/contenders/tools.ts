import type { Contender } from "./contender.ts";

/** No service at all: the generator straight at the receiver, to show that they are not what limits a run. */
export const tools: Contender = {
  name: "tools",
  missing: () => null,
  start: async ({ sinkUrls }) => {
    const { port, pathname } = new URL(sinkUrls[0] ?? "");
    return {
      target: { host: "127.0.0.1", port: Number(port), path: pathname, headers: {} },
      sinkIds: sinkUrls.map((_, sink) => `sink-${sink}`),
      tenantId: "bench",
      pids: [],
      stop: async () => {},
    };
  },
};
