/** Slack for `fuzz.ts`, which is told the address. */

import { parentPort } from "node:worker_threads";
import { startSlackSimulator } from "@event-sinks/simulators";

const slack = await startSlackSimulator({ rates: "unlimited" });
parentPort?.postMessage(slack.url);
