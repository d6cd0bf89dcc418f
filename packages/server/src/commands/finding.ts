import type { EncryptionKeys } from "../encryption-key.ts";
import { checkCanary, createSealer, sealedPrefix } from "../sealer.ts";
import { describeError } from "./command.ts";

/** What the doctor found about one thing: `look` is worth a look, `bad` keeps the service from working. */
export interface Finding {
  readonly about: string;
  readonly state: "ok" | "look" | "bad";
  readonly text: string;
}

/** A sentence is well; one that is thrown is not. */
export type Check = () => string | Omit<Finding, "about">;

export function look(about: string, check: Check): Finding {
  try {
    const found = check();
    return typeof found === "string" ? { about, state: "ok", text: found } : { about, ...found };
  } catch (error) {
    return { about, state: "bad", text: describeError(error) };
  }
}

/** Whether the keys open what the database holds. @param canaries of it; none when it holds nothing sealed yet. */
export function checkKeys(
  keys: EncryptionKeys,
  canaries: readonly string[],
): string | Omit<Finding, "about"> {
  const sealer = createSealer(keys.key, keys.second);
  for (const canary of canaries) checkCanary(sealer, canary);
  if (keys.warning !== null) return { state: "look", text: keys.warning };
  if (canaries.some((canary) => !canary.startsWith(sealedPrefix(sealer)))) {
    const text =
      "Keys are being rotated: stored secrets need both. event-sinks rotate-encryption-key ends it.";
    return { state: "look", text };
  }
  const where = keys.path ?? "From EVENT_SINKS_ENCRYPTION_KEY";
  return canaries.length === 0 ? `${where}.` : `${where}; it opens what the database holds.`;
}

export function newerSchema(place: string, schema: number, knownSchema: number): Error {
  return new Error(
    `${place} has schema ${schema}, and this version knows schemas up to ${knownSchema}. ` +
      "Start the newer version again, or restore a backup made before the upgrade.",
  );
}

export const operatorKeyGiven = "From EVENT_SINKS_API_KEY.";
