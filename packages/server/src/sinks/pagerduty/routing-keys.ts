/**
 * Which integration key a request carries.
 *
 * PagerDuty finds an open alert only under the routing key that triggered it. After a
 * sink's key was replaced, a resolve under the new one would be taken and dropped in
 * silence, and the incident would stay open. So the memory of a (sink, dedup_key) notes the
 * keys with something open, by hash, and former keys stay among the sink's sealed secrets.
 * A trigger always uses the present key; acknowledge and resolve go to every key that may
 * have something open, one request after the other.
 */

import { createHash } from "node:crypto";
import type { JsonObject } from "../../domain/json.ts";
import { isJsonObject } from "../../domain/json.ts";
import type { Secret } from "../../secret.ts";
import { strings } from "../answer-json.ts";
import type { SinkSettings, StepInput } from "../sink-type.ts";

export type Region = "us" | "eu";

export interface RoutingKey {
  readonly id: string;
  readonly region: Region;
  readonly key: Secret;
}

export const ownKeyName = "integration_key";

/** Keys are random, so a piece of a hash gives nothing away and is enough to tell them apart. */
export function routingKeyId(key: Secret): string {
  return createHash("sha256").update(key.reveal()).digest("hex").slice(0, 16);
}

const formerPrefix = "former_key";

/** The name of a former key among the sink's secrets. */
export function formerKeyName(region: Region, id: string): string {
  return `${formerPrefix}.${region}.${id}`;
}

/** Oldest first. */
export function readFormerKeys({ secrets }: SinkSettings): RoutingKey[] {
  return Object.entries(secrets).flatMap(([name, key]) => {
    const [prefix, region, id] = name.split(".");
    if (prefix !== formerPrefix || id === undefined) return [];
    return [{ id, region: region === "eu" ? "eu" : "us", key }];
  });
}

export function regionOf(settings: JsonObject): Region {
  return settings["region"] === "eu" ? "eu" : "us";
}

export function ownKey({ settings, secrets }: SinkSettings): RoutingKey {
  const key = secrets[ownKeyName];
  if (key === undefined) throw new Error("a PagerDuty sink without an integration key");
  return { id: routingKeyId(key), region: regionOf(settings), key };
}

/** What is remembered of a dedup_key. */
interface Memory {
  /** Ids of keys that triggered and have not resolved. */
  readonly open: readonly string[];
  /** Ids of keys that the acknowledge or resolve under way was sent with. */
  readonly told: readonly string[];
}

function readMemory({ memory, deliveryId }: StepInput): Memory {
  const telling = memory["telling"];
  const isOurs = isJsonObject(telling) && telling["delivery_id"] === deliveryId;
  return { open: strings(memory["open"]), told: isOurs ? strings(telling["told"]) : [] };
}

/** The keys this delivery still has to be sent with, the next one first; never empty. */
function keysToTell(input: StepInput): readonly [RoutingKey, ...RoutingKey[]] {
  const own = ownKey(input);
  if (input.alert.action === "trigger") return [own];
  const { open, told } = readMemory(input);
  const [next = own, ...others] = [
    ...readFormerKeys(input).filter(({ id }) => open.includes(id) && !told.includes(id)),
    // Last and always: an unanswered trigger may have opened something that no memory holds.
    own,
  ];
  return [next, ...others];
}

/** The key of the next request. */
export function nextKey(input: StepInput): RoutingKey {
  return keysToTell(input)[0];
}

/** The memory while other keys remain to be told; null once this was the last. */
export function memoryToGoOn(input: StepInput): JsonObject | null {
  const [key, ...others] = keysToTell(input);
  if (others.length === 0) return null;
  const { told } = readMemory(input);
  return {
    ...input.memory,
    telling: { delivery_id: input.deliveryId, told: [...told, key.id] },
  };
}

/** The memory once the delivery is done; undefined when it stays as it is. */
export function memoryWhenDone(input: StepInput): JsonObject | undefined {
  const { open } = readMemory(input);
  const { action } = input.alert;
  const own = ownKey(input).id;
  const after = { trigger: [...new Set([...open, own])], acknowledge: open, resolve: [] }[action];
  const isTelling = input.memory["telling"] !== undefined;
  if (!isTelling && after.length === open.length) return undefined;
  return after.length === 0 ? {} : { open: [...after] };
}
