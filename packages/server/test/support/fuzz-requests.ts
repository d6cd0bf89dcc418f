/**
 * Requests made from the API's description: mostly close to valid, then damaged in one of the
 * ways in which clients and attackers damage them. The same seed makes the same requests, but
 * for the ids of what was created in between.
 */

import { operatorKey } from "./fresh-http.ts";

/** The parts of a JSON Schema that values are made from. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly examples?: readonly unknown[];
}

interface Operation {
  readonly parameters?: readonly { in: string; name: string; schema: Schema }[];
  readonly requestBody?: { content: { "application/json": { schema: Schema } } };
}

export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

export interface FuzzRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload?: string | Buffer;
}

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Texts that parsers, databases and templates have stumbled over. */
const nastyTexts = [
  ...["", " ", "\u0000", "a\u0000b", "\ud800", "\udfff\ud800", "\u202e", "\uffff", "💥", "null"],
  ...[
    "__proto__",
    "constructor",
    "toString",
    "'; DROP TABLE alerts; --",
    "%00",
    "%",
    "%zz",
    "../..",
  ],
  ...[
    "{{name}}",
    "{{#each}}",
    "{{__proto__.x}}",
    "#{7*7}",
    "<script>",
    "\r\nx-injected: 1",
    "x".repeat(300),
  ],
  ...[
    "9".repeat(400),
    "-0",
    "1e999",
    "NaN",
    "Infinity",
    "2026-02-30T25:61:61Z",
    "0000-00-00",
    "*",
    "\\",
  ],
  ...[
    "http://[::1]/",
    "https://",
    "http://127.0.0.1:1/",
    "file:///etc/passwd",
    "00000000-0000-0000-0000-000000000000",
  ],
];

const nastyValues: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 2 ** 53, 1e308, -1e-308, [], {}, [[]], [null], { "": "" }],
  ...[
    { toString: 1 },
    { constructor: { prototype: {} } },
    Array(200).fill("x"),
    { a: { b: { c: [] } } },
  ],
];

/** Bodies that are no JSON, or JSON that no serializer writes. */
const rawBodies: readonly string[] = [
  ...[
    "",
    " ",
    "{",
    "}",
    "[",
    "null",
    "nul",
    "0",
    '"',
    '"x"',
    "{}",
    "[]",
    "[{}]",
    "\ufeff{}",
    "{'a':1}",
    "//",
    "{} {}",
  ],
  ...[
    '{"__proto__":{"a":1}}',
    '{"constructor":{"prototype":{}}}',
    '{"a":1,"a":2}',
    '{"a":NaN}',
    '{"a":1,}',
  ],
  ...[
    '{"\\ud800":"\\udfff"}',
    '{"a":12345678901234567890.123456789012345678901234567890e-5}',
    "1e400",
    "-",
    "\u0000",
  ],
  ...[
    "[".repeat(5_000),
    "[".repeat(2_000) + "]".repeat(2_000),
    `${'{"a":'.repeat(500)}1${"}".repeat(500)}`,
  ],
  ...[`{"tenant_id":"acme","name":"${"n".repeat(70_000)}"}`],
];

const badAuthorizations: readonly string[] = [
  ...[
    "",
    "Bearer",
    "Bearer x",
    "Basic eDp5",
    "Bearer esk_",
    "Bearer é",
    `Bearer ${"x".repeat(5_000)}`,
  ],
];

const nastyPaths = [
  "/",
  "//",
  "/v1",
  "/v1/",
  "/v1/%",
  "/v1/event_sink/%00",
  "/v1/event_sink/..%2f..",
  "/v2/alert",
];

export class FuzzRequests {
  readonly #random: () => number;
  readonly #operations: readonly (readonly [string, string, Operation])[];
  /** Ids and tokens that answers held. */
  readonly #seen: string[] = [];

  constructor(description: Description, seed: number) {
    this.#random = seededRandom(seed);
    this.#operations = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, one]) => [method.toUpperCase(), path, one] as const),
    );
  }

  /** How many routes the requests are made for. */
  get operationCount(): number {
    return this.#operations.length;
  }

  /** Learns what further requests may refer to. */
  learn(answer: string): void {
    for (const [, value = ""] of answer.matchAll(
      /"(?:id|uid|next_page_token|key)":"([^"]{1,300})"/g,
    )) {
      if (this.#seen.length < 500) this.#seen.push(value);
      else this.#seen[this.#below(500)] = value;
    }
  }

  next(): FuzzRequest {
    const [method, path, operation] = this.#pick(this.#operations);
    const parameters = operation.parameters ?? [];
    const query = this.#query(parameters.filter((one) => one.in === "query"));
    const filled = path.replaceAll(/\{\w+\}/g, () => this.#pathPart());
    const schema = operation.requestBody?.content["application/json"].schema;
    const payload = this.#payload(schema, filled);
    return {
      method: this.#often()
        ? method
        : this.#pick(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]),
      url: (this.#often() ? filled : this.#pick(nastyPaths)) + query,
      headers: this.#headers(parameters.some((one) => one.in === "header")),
      ...(payload === undefined ? {} : { payload }),
    };
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }

  #often(): boolean {
    return this.#chance(0.97);
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#below(from.length)] as T;
  }

  #pathPart(): string {
    if (this.#seen.length > 0 && this.#chance(0.7))
      return encodeURIComponent(this.#pick(this.#seen));
    if (this.#chance(0.5)) return this.#pick(["acme", "other"]);
    return encodeURIComponent(this.#pick(nastyTexts).toWellFormed());
  }

  #query(parameters: readonly { name: string; schema: Schema }[]): string {
    const pairs = parameters
      .filter(({ name }) => this.#chance(name === "tenant_id" ? 0.9 : 0.2))
      .map(({ name, schema }) => {
        const value = this.#often() ? this.#value(schema, name) : this.#pick(nastyTexts);
        const text = encodeURIComponent(
          (typeof value === "string" ? value : String(JSON.stringify(value))).toWellFormed(),
        );
        return `${this.#chance(0.5) ? name : encodeURIComponent(name)}=${text}`;
      });
    if (this.#chance(0.03))
      pairs.push(
        this.#pick([
          "__proto__=1",
          "a[b][c]=1",
          "=",
          "&&",
          "%",
          "x=%zz",
          "tenant_id=a&tenant_id=b",
        ]),
      );
    return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
  }

  #headers(takesIfMatch: boolean): Record<string, string> {
    const headers: Record<string, string> = {
      authorization: this.#often() ? `Bearer ${this.#key()}` : this.#pick(badAuthorizations),
      "content-type": this.#often()
        ? "application/json"
        : this.#pick([
            "",
            "text/plain",
            "application/json; charset=utf-16",
            "x/y/z",
            "multipart/form-data",
          ]),
    };
    if (takesIfMatch && this.#chance(0.3))
      headers["if-match"] = this.#pick([
        '"1"',
        "*",
        'W/"1"',
        '"',
        "1, 2",
        '"99999999999999999999"',
      ]);
    if (this.#chance(0.02))
      headers["cookie"] = this.#pick([
        "event-sinks-session=x",
        "=",
        ";;;",
        "event-sinks-session=%",
      ]);
    if (this.#chance(0.02))
      headers["accept"] = this.#pick(["application/x-ndjson", "text/html", "*/*", ""]);
    return headers;
  }

  /** Mostly the operator's; else perhaps one that was made here. */
  #key(): string {
    const made = this.#seen.filter((one) => one.startsWith("esk_"));
    return made.length > 0 && this.#chance(0.1) ? this.#pick(made) : operatorKey;
  }

  #payload(schema: Schema | undefined, path: string): string | Buffer | undefined {
    if (schema === undefined) return this.#chance(0.05) ? this.#pick(rawBodies) : undefined;
    if (this.#chance(0.05)) return this.#pick(rawBodies);
    const body = this.#value(schema, "body");
    if (typeof body === "object" && body !== null && "id" in body && this.#chance(0.8)) {
      // So that updates pass the check that both ids are the same.
      Reflect.set(body, "id", decodeURIComponent(path.split("/")[3] ?? ""));
    }
    const text = JSON.stringify(body) ?? "null";
    return this.#chance(0.05) ? this.#damage(text) : text;
  }

  /** Cuts, repeats or changes bytes. */
  #damage(text: string): Buffer {
    const bytes = Buffer.from(text);
    const at = this.#below(bytes.length);
    if (this.#chance(0.3)) return bytes.subarray(0, at);
    if (this.#chance(0.3)) return Buffer.concat([bytes.subarray(0, at), bytes]);
    bytes[at] = this.#below(256);
    return bytes;
  }

  #value(schema: Schema, name: string): unknown {
    if (this.#chance(0.02)) return this.#pick(nastyValues);
    if (name === "tenant_id" && this.#often()) return this.#pick(["acme", "acme", "other"]);
    if (schema.const !== undefined) return schema.const;
    if (schema.enum !== undefined) return this.#pick(schema.enum);
    if (schema.anyOf !== undefined) return this.#value(this.#pick(schema.anyOf), name);
    if (schema.examples !== undefined && this.#chance(0.7)) return this.#pick(schema.examples);
    if (schema.properties !== undefined) return this.#object(schema, schema.properties, name);
    switch (schema.type) {
      case "array":
        return Array.from({ length: this.#below(4) }, () => this.#value(schema.items ?? {}, name));
      case "integer":
      case "number":
        return this.#pick([0, 1, 2, 24, 50, 1_000, -1, 1.5, 2 ** 53, 1e20]);
      case "boolean":
        return this.#chance(0.5);
      case "null":
        return null;
      case "string":
        return this.#text(name);
      default:
        return this.#chance(0.5) ? this.#pick(nastyValues) : this.#text(name);
    }
  }

  #object(schema: Schema, properties: Readonly<Record<string, Schema>>, name: string): object {
    const made: Record<string, unknown> = {};
    const names = Object.keys(properties);
    const required = schema.required ?? [];
    const wanted =
      name === "event_sink_args"
        ? [this.#pick(names)]
        : names.filter((one) => this.#chance(required.includes(one) ? 0.98 : 0.3));
    for (const one of wanted) made[one] = this.#value(properties[one] ?? {}, one);
    if (this.#chance(0.03)) made[this.#pick(nastyTexts)] = this.#pick(nastyValues);
    return made;
  }

  #text(name: string): unknown {
    if (this.#chance(0.1)) return this.#pick(nastyTexts);
    if (/(^|_)(u?id|ids|token|key)$/.test(name) && this.#seen.length > 0)
      return this.#pick(this.#seen);
    if (/url/.test(name)) return this.#pick(["https://hook.test/a", "http://hook.test:81/b?c=d#e"]);
    if (/since|until|_at$|timestamp/.test(name))
      return this.#pick(["2026-01-01T00:00:00Z", "2027-05-09T20:01:32.123456789+02:00"]);
    return this.#pick(["x", "root login", "a b c", "k", "#alerts", "C0ALERTS", "High"]);
  }
}
