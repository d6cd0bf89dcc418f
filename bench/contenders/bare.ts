import type { Contender } from "./contender.ts";
import { startYardstick } from "./yardstick.ts";

/** The ceiling: Fastify in, undici out, nothing stored, nothing signed. */
export const bare: Contender = {
  name: "bare",
  missing: () => null,
  start: (setup) =>
    startYardstick([new URL("../yardsticks/bare-forwarder.ts", import.meta.url)], setup),
};
