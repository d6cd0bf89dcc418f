import type { Output } from "../../protocol.ts";

/** PostgreSQL's own vacuum sees to it. */
export function freeSpace(): Promise<Output<"freeSpace">> {
  return Promise.resolve(false);
}
