/**
 * The ceiling: takes an alert, sends it on, and answers when all its sinks have. Nothing is
 * stored, signed, retried or logged.
 */

import { startFront } from "./front.ts";
import { post, sinks } from "./outgoing.ts";

await startFront((alert) => {
  const body = JSON.stringify(alert);
  return Promise.all(alert.event_sink_ids.map((id) => post(sinks[id] ?? "", body, false)));
});
