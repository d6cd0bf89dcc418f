/** The gentler signals in the middle of a load: none of them may lose an alert, or send one twice. */

import { test } from "node:test";
import { liveThroughSignals } from "./gentle-signals.ts";

test(
  "SIGSTOP, SIGCONT and SIGTERM in mid-load lose nothing and repeat nothing",
  {
    timeout: 120_000,
  },
  (t) => liveThroughSignals(t),
);
