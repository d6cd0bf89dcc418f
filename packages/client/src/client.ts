/**
 * A client of the Event Sinks API, typed by the API's own description and without dependencies.
 *
 *     const client = createClient({ baseUrl: "http://127.0.0.1:8080", apiKey });
 *     const { event_sink } = await client.call("GET /v1/event_sink/{id}", { path: { id } });
 *
 * `generated/api.ts` is made from `/openapi.json`. A call names its operation as the API's reference
 * does; what it takes and answers follows from that. Refusals are thrown as `ApiRefusal`, with
 * the API's own sentence. 429 and 503 mean that nothing was done, so such calls are tried again,
 * after the time the service asks for.
 */

import type { paths } from "./generated/api.ts";

export type { components } from "./generated/api.ts";

type Method = "get" | "put" | "post" | "delete";

/** Every operation, as `GET /v1/event_sink/{id}`. */
export type Operation = {
  [Path in keyof paths & string]: {
    [M in Method]: paths[Path][M] extends { responses: unknown }
      ? `${Uppercase<M>} ${Path}`
      : never;
  }[Method];
}[keyof paths & string];

type Described<Name extends Operation> = Name extends `${infer M} ${infer Path}`
  ? Path extends keyof paths
    ? Lowercase<M> extends keyof paths[Path]
      ? paths[Path][Lowercase<M>]
      : never
    : never
  : never;

type ParametersOf<Name extends Operation> =
  Described<Name> extends { parameters: infer Given } ? Given : never;

type Json<Body> = Body extends { content: { "application/json": infer Content } } ? Content : never;

/** What a call may be given. */
export interface CallInput<Name extends Operation> {
  readonly path?: ParametersOf<Name> extends { path: infer Path } ? Path : undefined;
  readonly query?: ParametersOf<Name> extends { query?: infer Query } ? Query : undefined;
  readonly body?: Described<Name> extends { requestBody?: infer Body } ? Json<Body> : undefined;
  readonly signal?: AbortSignal;
}

/** What a call answers. */
export type Answer<Name extends Operation> =
  Described<Name> extends { responses: infer Responses }
    ? Json<Responses[keyof Responses & (200 | 202)]>
    : never;

export interface Client {
  /** Where an operation is, for what reads it without this client, e.g. an `EventSource`. */
  urlOf<Name extends Operation>(operation: Name, input?: CallInput<Name>): string;
  call<Name extends Operation>(operation: Name, input?: CallInput<Name>): Promise<Answer<Name>>;
}

export interface ClientOptions {
  /** Where the service is; empty: the origin of the page. */
  readonly baseUrl?: string;
  /** Left out in a browser that has signed in. */
  readonly apiKey?: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How often a call that the service had no room for is tried in all; 3 by default. */
  readonly triesMax?: number;
}

/** A call that was refused, in the API's words. */
export class ApiRefusal extends Error {
  readonly status: number;
  /** The stable code, e.g. `not_found`; `unreadable` when the answer was none of the API's. */
  readonly code: string;
  readonly details: readonly { readonly path: string; readonly message: string }[];

  constructor(status: number, answer: unknown) {
    const { error, code, details } = (answer ?? {}) as Partial<Record<string, unknown>>;
    super(typeof error === "string" ? error : `The service answered ${status}.`);
    this.name = "ApiRefusal";
    this.status = status;
    this.code = typeof code === "string" ? code : "unreadable";
    this.details = Array.isArray(details) ? details : [];
  }
}

/** What the service asks for may be longer; nobody waits for that here. */
const waitMsMax = 10_000;

/** Makes a client. It keeps no state but its options. */
export function createClient(options: ClientOptions = {}): Client {
  const { baseUrl = "", apiKey, headers: more, triesMax = 3 } = options;
  const urlOf: Client["urlOf"] = (operation, { path, query } = {}) => {
    const [, template = ""] = operation.split(" ");
    return baseUrl.replace(/\/$/, "") + fill(template, path) + queryText(query);
  };
  return {
    urlOf,
    async call(operation, input = {}) {
      const { body, signal } = input;
      const [method = ""] = operation.split(" ");
      const url = urlOf(operation, input);
      const init: RequestInit = {
        method,
        headers: {
          ...more,
          ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      };
      for (let tries = 1; ; tries++) {
        const response = await fetch(url, init);
        const answer: unknown = await response.json().catch(() => null);
        if (response.ok) return answer as never;
        const hadNoRoom = response.status === 429 || response.status === 503;
        if (!hadNoRoom || tries >= triesMax) throw new ApiRefusal(response.status, answer);
        const askedMs = Number(response.headers.get("retry-after") ?? 1) * 1_000;
        await wait(Math.min(Number.isFinite(askedMs) ? askedMs : 1_000, waitMsMax), signal);
      }
    },
  };
}

function fill(template: string, values: unknown): string {
  const given = (values ?? {}) as Readonly<Record<string, string>>;
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(given[name] ?? ""),
  );
}

/** Values that are null, undefined or empty are left out. */
function queryText(values: unknown): string {
  const given = Object.entries((values ?? {}) as Readonly<Record<string, unknown>>);
  const kept = given.filter(([, value]) => value !== undefined && value !== null && value !== "");
  if (kept.length === 0) return "";
  return `?${new URLSearchParams(kept.map(([name, value]) => [name, String(value)]))}`;
}

function wait(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, delayMs);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
