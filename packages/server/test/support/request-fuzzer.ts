/**
 * Makes requests nobody would send, from the service's own OpenAPI description. A request
 * starts as one the description allows, with ids that are in use, and is then spoilt in
 * zero to three places: so most get past the first check, and fail (or not) somewhere deep.
 * All choices come from one seed, so that a finding can be had again.
 *
 * Every URL made here leads to loopback's discard port: nothing leaves the machine.
 */

import { isJsonObject, type JsonObject, type JsonValue } from "../../src/domain/json.ts";

export interface FuzzRequest {
  /** Whose request it was before it was spoilt: method and path as the description has them. */
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined for none. */
  readonly body: string | undefined;
}

/** Newest last. */
export type KnownValues = Map<string, string[]>;

/** What a field or a parameter holds; a name that is in no line here stands for itself. */
const kinds: Readonly<Record<string, string>> = {
  confirm: "deletable",
  event_sink_ids: "event_sink",
  operational_event_sink_ids: "event_sink",
  event_sink_id: "event_sink",
  to_event_sink_id: "event_sink",
  alert_uid: "alert",
  uid: "alert",
  slack_integration_id: "slack_integration",
};

type Schema = Readonly<Record<string, unknown>>;

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Schema[];
  readonly body: Schema | undefined;
}

const nastyTexts = [
  ...[
    "",
    " ",
    "null",
    "__proto__",
    "constructor",
    "%",
    "%00",
    "%2e%2e%2f",
    "../../etc/passwd",
    "*",
  ],
  ...[
    "\u0000",
    "\ud800",
    "\udfff\ud83d",
    "\u202e",
    "é".repeat(300),
    "a".repeat(70_000),
    "{{",
    "}}",
  ],
  ...["{{name}}", "{{__proto__.x}}", "{{a.b.c[0]}}", "' OR 1=1 --", '"; DROP TABLE alerts; --'],
  ...["-1", "0", "1e309", "9007199254740993", "00000000-0000-0000-0000-000000000000", "true"],
  ...["2026-02-30T00:00:00Z", "0000-00-00", "+275760-09-13T00:00:00Z", "\r\nx: y", "http://"],
] as const;

const nastyBodies = [
  ...["", "{", "[", "nul", '"', "{}", "[]", "0", "null", '{"a":1,"a":2}', '{"__proto__":{"x":1}}'],
  ...["\ufeff{}", "{'a':1}", '{"a":\\ud800}', '{"a":"\\ud800"}', '{"n":1e400}', "\u0000", "{}{}"],
  ...["[".repeat(5_000), '{"a":'.repeat(2_000), `[${"0,".repeat(20_000)}0]`],
] as const;

const nastyNumbers = [-1, 0, 1, 0.5, -0, 1e308, 2 ** 53, -(2 ** 63), 1e21, 65_536, 4_294_967_296];

const nastyHeaders: readonly (readonly [string, string])[] = [
  ["content-type", "text/plain"],
  ["content-type", "application/json; charset=utf-16"],
  ["content-type", "multipart/form-data"],
  ["content-encoding", "gzip"],
  ["content-encoding", "nonsense"],
  ["if-match", "*"],
  ["if-match", '"1", W/"2'],
  ["idempotency-key", "k".repeat(500)],
  ["cookie", "event_sinks_session=%ff; =; a"],
  ["origin", "null"],
  ["event-sinks-hops", "-1"],
  ["x-request-id", "\u00ff"],
  ["accept", "text/html"],
];

/** A generator with 32 bits of state (mulberry32): enough for tests, and the same everywhere. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What the fuzzer needs to know of the world. */
export interface FuzzWorld {
  readonly description: JsonObject;
  readonly seed: number;
  /** Values for `authorization`; undefined for none. */
  readonly authorizations: readonly (string | undefined)[];
  /** Values that mean something to the service, by what they are (`kindOf`); answers bring more. */
  readonly known: KnownValues;
}

/** Returns what makes the next request. */
export function createRequestFuzzer(world: FuzzWorld): () => FuzzRequest {
  const random = createRandom(world.seed);
  const operations = readOperations(world.description);

  const below = (n: number): number => Math.floor(random() * n);
  const chance = (share: number): boolean => random() < share;
  function pick<T>(from: readonly T[]): T {
    const one = from[below(from.length)];
    if (one === undefined && from.length === 0) throw new Error("nothing to pick from");
    return one as T;
  }
  /** Of the request that is being made: its body says it again. */
  let pathId = "none";

  const knownOf = (name: string): readonly string[] => world.known.get(kinds[name] ?? name) ?? [];

  function anId(name = ""): string {
    const all = [...world.known.values()].flat();
    const known = knownOf(name);
    return known.length === 0 || chance(0.1) ? pick(all) : pick(known);
  }

  function makeValue(given: Schema, name: string, depth: number): JsonValue {
    const schema = resolve(given, world.description);
    const choices = schema["anyOf"] ?? schema["oneOf"];
    if (Array.isArray(choices)) return makeValue(pick(choices) as Schema, name, depth);
    if (schema["const"] !== undefined) return schema["const"] as JsonValue;
    if (Array.isArray(schema["enum"])) return pick(schema["enum"]) as JsonValue;
    if (name === "id" && depth === 1 && chance(0.9)) return pathId;
    if (/url$/i.test(name)) return `http://127.0.0.1:9/${below(9)}`;
    if (schema["type"] === "string" && knownOf(name).length > 0 && chance(0.9)) return anId(name);
    const { examples } = schema;
    const isSafe = !JSON.stringify(examples ?? "").includes("://");
    if (Array.isArray(examples) && isSafe && chance(0.6)) return pick(examples) as JsonValue;
    return typedValue(schema, name, depth);
  }

  function typedValue(schema: Schema, name: string, depth: number): JsonValue {
    switch ([schema["type"]].flat()[0]) {
      case "object":
        return objectOf(schema, depth);
      case "array":
        return depth > 5
          ? []
          : Array.from({ length: below(3) }, () =>
              makeValue((schema["items"] ?? {}) as Schema, name, depth + 1),
            );
      case "integer":
        return below(100);
      case "number":
        return random() * 100;
      case "boolean":
        return chance(0.5);
      case "null":
        return null;
      case "string":
        return schema["format"] === "date-time" ? "2026-11-25T12:00:00Z" : `text ${below(1_000)}`;
      default:
        return pick<JsonValue>([{ a: 1 }, [1], "text", 1, null, true]);
    }
  }

  function objectOf(schema: Schema, depth: number): JsonObject {
    const properties = Object.entries((schema["properties"] ?? {}) as Record<string, Schema>);
    const required = (schema["required"] ?? []) as readonly string[];
    const isOneOfMany = schema["maxProperties"] === 1;
    const kept = isOneOfMany
      ? [pick(properties)]
      : properties.filter(([name]) => required.includes(name) || chance(depth > 5 ? 0 : 0.4));
    return Object.fromEntries(kept.map(([name, one]) => [name, makeValue(one, name, depth + 1)]));
  }

  /** One value somewhere inside becomes something else. */
  function spoil(value: JsonValue): JsonValue {
    if (chance(0.15)) return nastyValue();
    if (Array.isArray(value))
      return value.length === 0
        ? [nastyValue()]
        : value.map((one, n) => (n === 0 ? spoil(one) : one));
    if (!isJsonObject(value)) return nastyValue();
    const names = Object.keys(value);
    const name = names.length === 0 || chance(0.15) ? pick(nastyTexts) : pick(names);
    const rest = Object.entries(value).filter(([other]) => other !== name);
    if (chance(0.15)) return Object.fromEntries(rest);
    return Object.fromEntries([...rest, [name, spoil(value[name] ?? null)]]);
  }

  function nastyValue(): JsonValue {
    return pick<() => JsonValue>([
      () => pick(nastyTexts),
      () => pick(nastyNumbers),
      () => pick<JsonValue>([null, true, false, [], {}, [[]], { a: { b: { c: [null] } } }]),
      () => anId(),
    ])();
  }

  function pathOf({ path, parameters }: Operation): string {
    const ofPath = path.replace(/{(\w+)}/g, () => {
      pathId = chance(0.9) ? anId(resourceOf(path)) : pick(nastyTexts).slice(0, 300);
      return encode(pathId);
    });
    const query = parameters
      .filter((one) => one["in"] === "query" && (one["required"] === true || chance(0.35)))
      .map((one) => {
        const name = String(one["name"]);
        const value = chance(0.2)
          ? nastyValue()
          : makeValue((one["schema"] ?? {}) as Schema, name, 0);
        const text = typeof value === "string" ? value : JSON.stringify(value);
        return `${name}=${chance(0.05) ? "%zz" : encode(text.slice(0, 2_000))}`;
      });
    if (chance(0.05)) query.push(pick(["__proto__=1", "unknown=1", "&&=", "limit=%", "a[b]=c"]));
    return query.length === 0 ? ofPath : `${ofPath}?${query.join("&")}`;
  }

  function bodyOf({ body }: Operation): string | undefined {
    if (body === undefined) return chance(0.1) ? pick(nastyBodies) : undefined;
    if (chance(0.08)) return pick(nastyBodies);
    let value = makeValue(body, "", 0);
    for (let times = pick([0, 0, 1, 1, 2, 3]); times > 0; times--) value = spoil(value);
    const text = JSON.stringify(value);
    return chance(0.04) ? text.slice(0, below(text.length)) : text;
  }

  return () => {
    pathId = `id ${below(1_000)}`;
    const operation = pick(operations);
    const authorization = chance(0.8) ? world.authorizations[0] : pick(world.authorizations);
    const path = pathOf(operation);
    const body = bodyOf(operation);
    return {
      operation: `${operation.method} ${operation.path}`,
      method: chance(0.03) ? pick(["HEAD", "OPTIONS", "PATCH", "PUT", "TRACE"]) : operation.method,
      path,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(authorization === undefined ? {} : { authorization }),
        ...(chance(0.3) ? { "x-event-sinks-csrf": "1" } : {}),
        ...(chance(0.1) ? Object.fromEntries([pick(nastyHeaders)]) : {}),
      },
      body,
    };
  };
}

function readOperations(description: JsonObject): readonly Operation[] {
  const paths = description["paths"] as unknown as Record<string, Record<string, Schema>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => {
      const content = (one["requestBody"] as Schema | undefined)?.["content"];
      const [first] = Object.values((content ?? {}) as Record<string, Schema>);
      return {
        method: method.toUpperCase(),
        path,
        parameters: (one["parameters"] ?? []) as readonly Schema[],
        body: first?.["schema"] as Schema | undefined,
      };
    }),
  );
}

/** What the id in a path is of. */
function resourceOf(path: string): string {
  const [resource = "", below = ""] = path.split("/").slice(2);
  if (resource === "delivery" && below === "replay") return "replay";
  return resource === "tenant" ? "tenant_id" : resource;
}

function resolve(schema: Schema, description: JsonObject): Schema {
  const reference = schema["$ref"];
  if (typeof reference !== "string") return schema;
  let found: unknown = description;
  for (const name of reference.slice(2).split("/")) found = (found as Schema)[name];
  return found as Schema;
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
