import type { JsonObject } from "../domain/json.ts";
import type { ReadArgsResult } from "./sink-type.ts";

/** A text argument; undefined when it is left out or null. */
export function textArg(args: JsonObject, name: string): string | undefined {
  const value = args[name];
  return typeof value === "string" ? value : undefined;
}

/** A refusal. `path` starts below `event_sink_args`, e.g. `Webhook.url`. */
export function refuse(path: string, message: string): ReadArgsResult & { ok: false } {
  return { ok: false, problem: { path, message } };
}
