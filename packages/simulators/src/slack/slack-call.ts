import type { ReceivedRequest } from "../loopback/received-request.ts";

/** A request to `/api/<method>` once its body is understood. */
export interface SlackCall {
  readonly method: string;
  /** From the Authorization header or a form body; a token in the query does not count. */
  readonly token: string | null;
  readonly args: Readonly<Record<string, unknown>>;
  /** User and password of HTTP Basic, for oauth.v2.access. */
  readonly basic: { readonly user: string; readonly password: string } | null;
  /** `missing_charset`, `superfluous_charset`. */
  readonly warnings: readonly string[];
}

export type ReadCallResult =
  | { readonly ok: true; readonly call: SlackCall }
  | { readonly ok: false; readonly error: string; readonly warnings: readonly string[] };

interface ContentType {
  readonly type: string;
  readonly charset: string | null;
}

const jsonType = "application/json";
const formType = "application/x-www-form-urlencoded";
const otherTypes = ["multipart/form-data", "text/plain"];
const charsets = ["utf-8", "utf8", "iso-8859-1"];

function readContentType(header: string): ContentType {
  const [type = "", ...parameters] = header.split(";").map((part) => part.trim());
  const charset = parameters.find((part) => part.toLowerCase().startsWith("charset="));
  return {
    type: type.toLowerCase(),
    charset: charset === undefined ? null : charset.slice(8).replaceAll('"', "").toLowerCase(),
  };
}

/** Reads what https://docs.slack.dev/apis/web-api says about bodies, charsets and tokens. */
export function readSlackCall(
  request: ReceivedRequest,
  method: string,
  acceptsJson: boolean,
): ReadCallResult {
  const header = request.headers["content-type"];
  const hasBody = request.bytes.length > 0 || !request.isBodyRead;
  const content = readContentType(header ?? "");
  const warnings = charsetWarnings(content);
  const fail = (error: string): ReadCallResult => ({ ok: false, error, warnings });
  if (hasBody && header === undefined) return fail("missing_post_type");
  if (hasBody && ![jsonType, formType, ...otherTypes].includes(content.type)) {
    return fail("invalid_post_type");
  }
  if (content.charset !== null && !charsets.includes(content.charset))
    return fail("invalid_charset");
  if (!request.isBodyRead && request.method === "POST") return fail("request_timeout");

  const args: Record<string, unknown> = Object.fromEntries(request.query);
  // Tokens in a query string end up in logs; Slack refuses them from apps made since 2021.
  delete args["token"];
  if (hasBody && content.type === jsonType) {
    const parsed = parseJson(request.bytes);
    if (parsed === undefined) return fail("invalid_json");
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
      return fail("json_not_object");
    }
    if (acceptsJson) Object.assign(args, parsed, { token: undefined });
  } else if (hasBody && content.type === formType) {
    Object.assign(args, Object.fromEntries(new URLSearchParams(request.body)));
  }
  if (Object.keys(args).some((name) => !/^[A-Za-z0-9_]{1,64}$/.test(name))) {
    return fail("invalid_arg_name");
  }
  return { ok: true, call: { method, args, warnings, ...readCredentials(request, args) } };
}

function charsetWarnings(content: ContentType): string[] {
  if (content.type === jsonType && content.charset === null) return ["missing_charset"];
  if (content.type === formType && content.charset !== null) return ["superfluous_charset"];
  return [];
}

/** Undefined when the bytes are not UTF-8, not JSON, or hold half of a surrogate pair. */
function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes), (_key, value) => {
      if (typeof value === "string" && !value.isWellFormed()) throw new SyntaxError("surrogate");
      return value;
    });
  } catch {
    return undefined;
  }
}

function readCredentials(
  request: ReceivedRequest,
  args: Readonly<Record<string, unknown>>,
): Pick<SlackCall, "token" | "basic"> {
  const header = request.headers["authorization"] ?? "";
  const bearer = /^Bearer +(\S+)$/i.exec(header)?.[1];
  const formToken = args["token"];
  const token = bearer ?? (typeof formToken === "string" ? formToken : null);
  const encoded = /^Basic +(\S+)$/i.exec(header)?.[1];
  if (encoded === undefined) return { token, basic: null };
  const [user = "", ...password] = Buffer.from(encoded, "base64").toString().split(":");
  return {
    token,
    basic: { user: decodeURIComponent(user), password: decodeURIComponent(password.join(":")) },
  };
}
