import { randomBytes } from "node:crypto";
import { Type } from "typebox";
import type { JsonObject, JsonValue } from "../../domain/json.ts";
import { isJsonObject } from "../../domain/json.ts";
import { Secret, type Secrets } from "../../secret.ts";
import { refuse, textArg } from "../args.ts";
import type { ReadArgsResult, SinkSettings } from "../sink-type.ts";
import {
  headerCountMax,
  headerMask,
  headerNameProblem,
  headerValueLengthMax,
  headerValueProblem,
} from "./headers.ts";
import { newSigningSecret } from "./signature.ts";

export const urlLengthMax = 2_048;

const url = Type.String({
  title: "URL",
  description: `Where alerts are posted: http or https, no user name or password in it, at most ${urlLengthMax} characters.`,
  minLength: 1,
  maxLength: urlLengthMax,
  examples: ["https://webhook.com/bar/baz"],
});

const headers = Type.Union(
  [
    Type.Record(Type.String(), Type.String({ maxLength: headerValueLengthMax }), {
      maxProperties: headerCountMax,
    }),
    Type.Null(),
  ],
  {
    title: "Headers",
    description: `Sent with every request, e.g. an API key. Values are kept secret and come back as ${headerMask}, which means "unchanged" when sent back.`,
    examples: [{ "x-api-key": "d41d8cd98f00b204" }],
  },
);

export const createArgs = Type.Object(
  { url, headers: Type.Optional(headers) },
  {
    additionalProperties: false,
    title: "Webhook sink",
    examples: [{ url: "https://webhook.com/bar/baz" }],
  },
);

export const updateArgs = Type.Object(
  { url: Type.Optional(url), headers: Type.Optional(headers) },
  {
    additionalProperties: false,
    title: "Changes to a webhook sink",
    description:
      "What is left out stays. `headers` replaces all headers; `{}` removes them. Moving the URL to another origin needs the header values again.",
    examples: [{ url: "https://webhook.com/bar/baz" }],
  },
);

/** The name under which a header's value is kept among the sink's secrets. */
const headerSecretName = (name: string) => `header:${name.toLowerCase()}`;

export const signingSecretName = "signing_secret";

/** The URL alerts are posted to, as it was given. */
export function webhookUrl(settings: JsonObject): string {
  return textArg(settings, "url") ?? "";
}

/** True when alerts would travel unencrypted: what `EVENT_SINKS_REQUIRE_HTTPS` refuses. */
export function isPlainHttp(settings: JsonObject): boolean {
  return URL.parse(webhookUrl(settings))?.protocol === "http:";
}

/** The names of the static headers, as they were given. */
export function headerNames(settings: JsonObject): string[] {
  const names = settings["headers"];
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
}

/** The static headers with their values revealed: for a request, never for show. */
export function revealHeaders({ settings, secrets }: SinkSettings): Record<string, string> {
  return Object.fromEntries(
    headerNames(settings).flatMap((name) => {
      const value = secrets[headerSecretName(name)];
      return value === undefined ? [] : [[name, value.reveal()]];
    }),
  );
}

/** See `SinkType.readArgs`. A new sink gets its signing secret here; an update keeps it. */
export function readArgs(args: JsonObject, current: SinkSettings | null): ReadArgsResult {
  const given = textArg(args, "url");
  const url = given ?? (current === null ? "" : webhookUrl(current.settings));
  const urlProblem = given === undefined && current !== null ? undefined : findUrlProblem(url);
  if (urlProblem !== undefined) return refuse("Webhook.url", urlProblem);

  const isMoved = current !== null && originOf(url) !== originOf(webhookUrl(current.settings));
  const read = readHeaders(args["headers"], current, isMoved);
  if ("problem" in read) return refuse("Webhook.headers", read.problem);

  const names = read.entries.map(([name]) => name);
  return {
    ok: true,
    settings: { url, ...(names.length === 0 ? {} : { headers: names }) },
    secrets: {
      [signingSecretName]: current?.secrets[signingSecretName] ?? newSigningSecret(randomBytes(32)),
      ...Object.fromEntries(
        read.entries.map(([name, value]) => [headerSecretName(name), new Secret(value)]),
      ),
    },
  };
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
    return `The URL must start with https:// or http://, not ${parsed.protocol}`;
  }
  if (parsed.username !== "" || parsed.password !== "") {
    return "The URL holds a user name or password. Put credentials into `headers`, where they are kept secret.";
  }
  return undefined;
}

function originOf(url: string): string | undefined {
  return URL.parse(url)?.origin;
}

type HeadersRead = { readonly entries: [string, string][] } | { readonly problem: string };

const giveAgain =
  "The URL moves to another origin, so the stored header values are not carried over. Give each value again, or `{}` for no headers.";

function readHeaders(
  given: JsonValue | undefined,
  current: SinkSettings | null,
  isMoved: boolean,
): HeadersRead {
  const stored = current === null ? {} : revealHeaders(current);
  if (!isJsonObject(given)) {
    const entries = Object.entries(stored);
    return isMoved && entries.length > 0 ? { problem: giveAgain } : { entries };
  }
  if (Object.keys(given).length > headerCountMax) {
    return { problem: `At most ${headerCountMax} headers can be set.` };
  }
  const entries: [string, string][] = [];
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(given)) {
    const read = readHeader(name, value, current?.secrets ?? {}, isMoved);
    if (typeof read !== "string") return read;
    if (seen.has(name.toLowerCase())) return { problem: `The header ${name} is given twice.` };
    seen.add(name.toLowerCase());
    entries.push([name, read]);
  }
  return { entries };
}

function readHeader(
  name: string,
  value: JsonValue,
  secrets: Secrets,
  isMoved: boolean,
): string | { readonly problem: string } {
  const nameProblem = headerNameProblem(name);
  if (nameProblem !== undefined) return { problem: nameProblem };
  if (typeof value !== "string") return { problem: `The value of ${name} must be a string.` };
  if (value === headerMask) {
    if (isMoved) return { problem: giveAgain };
    const stored = secrets[headerSecretName(name)];
    return (
      stored?.reveal() ?? {
        problem: `${name} has no stored value that ${headerMask} could stand for. Give its value.`,
      }
    );
  }
  const valueProblem = headerValueProblem(name, value);
  return valueProblem === undefined ? value : { problem: valueProblem };
}
