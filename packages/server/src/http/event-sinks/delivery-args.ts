/** `delivery` in `event_sink_args`: how deliveries are made, the same for every sink type. */

import { type TSchema, Type } from "typebox";
import { isJsonObject, type JsonObject } from "../../domain/json.ts";
import { deliveryAgeMsMax } from "../../domain/retry.ts";
import { engineLimits } from "../../engine/limits.ts";
import type { ArgsSchema, SinkType } from "../../sinks/sink-type.ts";
import { refuseArgs } from "./args-refusal.ts";

const timeoutSMax = 60;
const ratePerMinuteMax = 60_000;
const retriesMax = 20;
const retryDelaySMax = 86_400;

function orNull(schema: TSchema, description: string) {
  return Type.Optional(Type.Union([schema, Type.Null()], { description }));
}

const options = {
  concurrency: orNull(
    Type.Integer({ minimum: 1, maximum: engineLimits.attemptsPerLaneMax }),
    "attempts at a time; at most what its type makes by itself",
  ),
  rate_per_minute: orNull(
    Type.Integer({ minimum: 1, maximum: ratePerMinuteMax }),
    "requests a minute, evenly; a platform's own limits are kept besides",
  ),
  timeout_seconds: orNull(
    Type.Integer({ minimum: 1, maximum: timeoutSMax }),
    "for one request, connecting included",
  ),
  retry_delays_seconds: orNull(
    Type.Array(Type.Integer({ minimum: 1, maximum: retryDelaySMax }), {
      maxItems: retriesMax,
    }),
    "before the 2nd, 3rd, … try, each 20 % more or less; after the last the delivery fails. `[]`: no second try",
  ),
};

const names = Object.keys(options);

const DeliveryArgs = Type.Optional(
  Type.Union([Type.Object(options, { additionalProperties: false }), Type.Null()], {
    title: "Delivery",
    description:
      "How deliveries are made. What is left out stays, or is the type's own; null takes it back",
    examples: [{ concurrency: 4, timeout_seconds: 10, retry_delays_seconds: [5, 60, 600] }],
  }),
);

/** A sink type's arguments, with `delivery` at their end. */
export function withDelivery(args: ArgsSchema): TSchema {
  return Type.Unsafe({ ...args, properties: { ...args.properties, delivery: DeliveryArgs } });
}

/** Splits arguments into the sink type's own and `delivery`, undefined when it was left out. */
export function splitArgs(args: JsonObject): {
  own: JsonObject;
  delivery: JsonObject[string] | undefined;
} {
  const { delivery, ...own } = args;
  return { own, delivery };
}

/**
 * The options to store: what is given over what there was; null when nothing is left.
 * Throws `ApiError` for what the schema cannot say.
 */
export function mergeDelivery(
  given: JsonObject[string] | undefined,
  current: JsonObject | undefined,
  sinkType: Pick<SinkType, "wireName" | "attemptsMax">,
): JsonObject | null {
  const before = current?.["delivery"];
  if (given === null) return null;
  const merged: JsonObject = {
    ...(isJsonObject(before) ? before : {}),
    ...(isJsonObject(given) ? given : {}),
  };
  const kept = names.flatMap((name) => {
    const value = merged[name];
    return value === undefined || value === null ? [] : [[name, value] as const];
  });
  const result: JsonObject = Object.fromEntries(kept);
  if (isJsonObject(given)) check(result, sinkType);
  return kept.length === 0 ? null : result;
}

function check(
  delivery: JsonObject,
  { wireName, attemptsMax }: Pick<SinkType, "wireName" | "attemptsMax">,
): void {
  const path = `${wireName}.delivery`;
  const concurrency = Number(delivery["concurrency"] ?? 1);
  if (concurrency > attemptsMax) {
    const most = attemptsMax === 1 ? "one attempt" : `at most ${attemptsMax} attempts`;
    const message = `A ${wireName} sink makes ${most} at a time: set \`concurrency\` to ${attemptsMax} or less, or leave it out.`;
    throw refuseArgs("invalid_request", `${path}.concurrency`, message);
  }
  const delays = delivery["retry_delays_seconds"];
  const totalMs = Array.isArray(delays)
    ? delays.reduce<number>((sum, delay) => sum + Number(delay), 0) * 1_000
    : 0;
  if (totalMs > deliveryAgeMsMax) {
    const hours = deliveryAgeMsMax / 3_600_000;
    const message = `\`retry_delays_seconds\` come to more than ${hours} hours, after which nothing is tried again: make them fewer or shorter.`;
    throw refuseArgs("invalid_request", `${path}.retry_delays_seconds`, message);
  }
}
