import { type JsonObject, type JsonValue, parseJson, stringifyJson } from "../../domain/json.ts";
import { argsSchema, orNull, refuse, textArg } from "../args.ts";
import type { ReadArgsResult, SinkSettings } from "../sink-type.ts";
import { type CloudEventFormat, cloudEventFormats } from "./cloud-event.ts";
import { headerCountMax, headerMask, headerValueLengthMax } from "./headers.ts";
import { payloadDepthMax, payloadLengthMax, payloadProblem } from "./payload.ts";
import { keepSigningKeys } from "./signing-keys.ts";
import { headerNames, readHeaders } from "./stored-headers.ts";

export const urlLengthMax = 2_048;

const url = {
  type: "string",
  title: "URL",
  description: `Where alerts are posted: http or https, no user name or password in it, at most ${urlLengthMax} characters.`,
  minLength: 1,
  maxLength: urlLengthMax,
  examples: ["https://webhook.com/bar/baz"],
};

const headers = orNull(
  {
    type: "object",
    patternProperties: { "^.*$": { type: "string", maxLength: headerValueLengthMax } },
    maxProperties: headerCountMax,
  },
  {
    title: "Headers",
    description: `Sent with every request, e.g. an API key. Values are kept secret and come back as ${headerMask}, which means "unchanged" when sent back.`,
    examples: [{ "x-api-key": "d41d8cd98f00b204" }],
  },
);

const signature = {
  enum: ["v1", "v1a"],
  title: "Signature",
  description:
    "`v1` signs with HMAC-SHA256, `v1a` with ed25519 as well, which receivers verify with a public key.",
  default: "v1",
};

const payload = {
  anyOf: [
    { type: "object", patternProperties: { "^.*$": {} } },
    { type: "array", items: {} },
    { type: "null" },
  ],
  title: "Payload",
  description: `The body to send instead of the alert, with \`{{path}}\` in its strings: at most ${payloadLengthMax} characters, ${payloadDepthMax} levels; null for the alert itself. It is shown: keep keys in \`headers\`.`,
  examples: [{ title: "{{name}}", rows: "{{results_table.rows}}" }],
};

const format = {
  enum: ["alert", ...cloudEventFormats],
  title: "Format",
  description: "`alert` sends the body as it is, the others wrap it as a CloudEvents 1.0 event.",
  default: "alert",
};

const properties = { url, headers, signature, payload, format };

export const createArgs = argsSchema(properties, {
  required: ["url"],
  title: "Webhook sink",
  examples: [{ url: "https://webhook.com/bar/baz" }],
});

export const updateArgs = argsSchema(properties, {
  title: "Changes to a webhook sink",
  description:
    "What is left out stays. `headers` replaces all headers; `{}` removes them. Moving the URL to another origin needs the header values again.",
  examples: [{ url: "https://webhook.com/bar/baz" }],
});

/** The URL alerts are posted to, as it was given. */
export function webhookUrl(settings: JsonObject): string {
  return textArg(settings, "url") ?? "";
}

/** True when alerts would travel unencrypted: what `EVENT_SINKS_REQUIRE_HTTPS` refuses. */
export function isPlainHttp(settings: JsonObject): boolean {
  return URL.parse(webhookUrl(settings))?.protocol === "http:";
}

/** The body its owner designed; undefined when the alert itself is sent. */
export function webhookPayload(settings: JsonObject): JsonValue | undefined {
  const text = textArg(settings, "payload");
  return text === undefined ? undefined : parseJson(text);
}

/** How the body is wrapped as a CloudEvent; undefined when it is not. */
export function webhookFormat(settings: JsonObject): CloudEventFormat | undefined {
  return cloudEventFormats.find((name) => name === settings["format"]);
}

/** See `SinkType.configuration`: the documented fields first, the others only when in use. */
export function configuration({ settings }: SinkSettings): JsonObject {
  const names = headerNames(settings);
  const masked = Object.fromEntries(names.map((name) => [name, headerMask]));
  const { signature, format } = settings;
  const payload = webhookPayload(settings);
  return {
    url: webhookUrl(settings),
    ...(names.length === 0 ? {} : { headers: masked }),
    ...(signature === undefined ? {} : { signature }),
    ...(payload === undefined ? {} : { payload }),
    ...(format === undefined ? {} : { format }),
  };
}

/** See `SinkType.readArgs`. A new sink gets its keys here; an update keeps them. */
export function readArgs(args: JsonObject, current: SinkSettings | null): ReadArgsResult {
  const stored = current?.settings ?? {};
  const given = textArg(args, "url");
  const url = given ?? webhookUrl(stored);
  const urlProblem = given === undefined && current !== null ? undefined : findUrlProblem(url);
  if (urlProblem !== undefined) return refuse("Webhook.url", urlProblem);

  const isMoved = current !== null && originOf(url) !== originOf(webhookUrl(stored));
  const headers = readHeaders(args["headers"], current, isMoved);
  if (!headers.ok) return refuse("Webhook.headers", headers.problem);

  const { payload } = args;
  const problem = isGiven(payload) ? payloadProblem(payload) : undefined;
  if (problem !== undefined) return refuse(problem.path, problem.message);

  const signature = textArg(args, "signature") ?? stored["signature"];
  const keys = keepSigningKeys(current, signature === "v1a");
  return {
    ok: true,
    settings: {
      url,
      ...(headers.names.length === 0 ? {} : { headers: [...headers.names] }),
      ...(signature === "v1a" ? { signature } : {}),
      ...keptPayload(payload, stored),
      ...keptFormat(args, stored),
      ...keys.settings,
    },
    secrets: { ...keys.secrets, ...headers.secrets },
  };
}

function isGiven(value: JsonValue | undefined): value is JsonValue {
  return value !== undefined && value !== null;
}

/** `null` goes back to the alert itself; a payload that is left out stays. */
function keptPayload(given: JsonValue | undefined, stored: JsonObject): JsonObject {
  if (given === null) return {};
  const payload = given === undefined ? stored["payload"] : stringifyJson(given);
  return payload === undefined ? {} : { payload };
}

function keptFormat(args: JsonObject, stored: JsonObject): JsonObject {
  const format = textArg(args, "format") ?? textArg(stored, "format") ?? "alert";
  return format === "alert" ? {} : { format };
}

function findUrlProblem(text: string): string | undefined {
  if (text.length > urlLengthMax) return `The URL may have at most ${urlLengthMax} characters.`;
  // WHATWG parsing would drop these silently, and what is shown would not be what is called.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u0020\u007f]/.test(text) || !text.isWellFormed()) {
    return "The URL contains white space or control characters. Percent-encode them.";
  }
  const parsed = URL.parse(text);
  if (parsed === null) {
    return "This is no URL. Give a whole one, e.g. https://example.com/alerts.";
  }
  if (parsed.protocol !== "https:" && parsed.protocol !== "http:") {
    return `The URL must start with https:// or http://, not \`${parsed.protocol}\`.`;
  }
  if (parsed.username !== "" || parsed.password !== "") {
    return "The URL holds a user name or password. Put credentials into `headers`, where they are kept secret.";
  }
  return undefined;
}

function originOf(url: string): string | undefined {
  return URL.parse(url)?.origin;
}
