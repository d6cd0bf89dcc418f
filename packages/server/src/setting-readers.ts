import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { isEncryptionKey } from "./encryption-key.ts";
import { apiKeyLengthMin } from "./operator-key.ts";
import { Secret } from "./secret.ts";

/** A value, or a problem that completes the sentence "EVENT_SINKS_X …" and never quotes a secret. */
export type Reading<Value> = { readonly value: Value } | { readonly problem: string };

export interface ListenAddress {
  /** Without brackets. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

/** `host:port`, an IPv6 address in brackets. */
export function readListen(text: string): Reading<ListenAddress> {
  const found = /^(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<name>[^\s:[\]/]+)):(?<port>\d{1,5})$/.exec(text);
  const host = found?.groups?.["v6"] ?? found?.groups?.["name"];
  const port = Number(found?.groups?.["port"]);
  const isAddress = found?.groups?.["v6"] === undefined || isIP(host ?? "") === 6;
  if (host !== undefined && isAddress && port <= 65_535) return { value: { host, port } };
  return {
    problem: `must be an address and a port such as 127.0.0.1:8080, 0.0.0.0:8080 or [::1]:8080, but is ${quote(text)}`,
  };
}

export type DatabaseLocation =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres"; readonly url: Secret };

/** `sqlite:<path>`, relative to the working directory unless it starts with a slash, or `postgres://…`. */
export function readDatabaseUrl(text: string): Reading<DatabaseLocation> {
  if (/^postgres(ql)?:/i.test(text)) {
    const reading = readPostgresUrl(text);
    return "problem" in reading ? reading : { value: { kind: "postgres", url: reading.value } };
  }
  const path = /^sqlite:(?:\/\/(?=\/))?(.+)$/i.exec(text)?.[1];
  const isFile = path !== undefined && !path.startsWith(":") && !/[/\\]$/.test(path);
  if (isFile && !path.startsWith("//")) return { value: { kind: "sqlite", path } };
  return {
    problem:
      "must be sqlite: and the path of a file, such as sqlite:./data/event-sinks.db, or a URL such as postgres://user:password@host:5432/event_sinks",
  };
}

/** The URL of a PostgreSQL database. It holds a password, most likely. */
export function readPostgresUrl(text: string): Reading<Secret> {
  const isUrl = /^postgres(ql)?:/i.test(text) && URL.canParse(text);
  if (isUrl && new URL(text).pathname.length > 1) return { value: new Secret(text) };
  return {
    problem:
      "must name a host and a database, such as postgres://user:password@host:5432/event_sinks; signs in the user name or password are percent-encoded",
  };
}

/** As it would stand in the environment, without the password. */
export function showDatabase(location: DatabaseLocation): string {
  if (location.kind === "sqlite") return `sqlite:${location.path}`;
  const url = new URL(location.url.reveal());
  if (url.password !== "") url.password = "secret";
  if (url.searchParams.has("password")) url.searchParams.set("password", "secret");
  return url.href;
}

export function readApiKey(text: string): Reading<Secret> {
  if (!/^[\x21-\x7e]+$/.test(text)) {
    return { problem: "must be letters, digits and signs without spaces" };
  }
  if (text.length >= apiKeyLengthMin) return { value: new Secret(text) };
  return {
    problem: `must have at least ${apiKeyLengthMin} characters, but has ${text.length}. Make one with: openssl rand -hex 32`,
  };
}

export function readEncryptionKey(text: string): Reading<Secret> {
  if (isEncryptionKey(text)) return { value: new Secret(text) };
  return { problem: "must be 32 bytes in base64. Make one with: openssl rand -base64 32" };
}

/** A Slack bot token, https://docs.slack.dev/authentication/tokens (read 2026-11-20). */
export function readSlackBotToken(text: string): Reading<Secret> {
  if (/^xoxb-[\x21-\x7e]+$/.test(text)) return { value: new Secret(text) };
  return { problem: "must be a bot token, which starts with xoxb-" };
}

/** A Slack app's Client ID: two numbers, https://docs.slack.dev/authentication/installing-with-oauth (read 2026-11-23). */
export function readSlackClientId(text: string): Reading<string> {
  if (/^\d+\.\d+$/.test(text)) return { value: text };
  return {
    problem: `must be a Slack app's Client ID, two numbers such as 1234567890.1234567890, but is ${quote(text)}`,
  };
}

export function readSlackClientSecret(text: string): Reading<Secret> {
  if (/^[\x21-\x39\x3b-\x7e]+$/.test(text)) return { value: new Secret(text) };
  return { problem: "must be a Slack app's Client Secret: letters and digits without spaces" };
}

/** A base URL that paths are put behind; comes out with a slash at the end. */
export function readBaseUrl(text: string): Reading<string> {
  const url = readHttpUrl(text);
  if (url === null) return { problem: httpUrlProblem };
  return { value: url.origin + url.pathname.replace(/(?<!\/)\/*$/, "/") };
}

/** A scheme, host and port alone; comes out without a slash. */
export function readOrigin(text: string): Reading<string> {
  const url = readHttpUrl(text);
  if (url === null) return { problem: httpUrlProblem };
  if (url.pathname === "/") return { value: url.origin };
  return { problem: `must end after the host or port: ${quote(url.origin)}` };
}

const httpUrlProblem =
  "must be an http: or https: URL without user name, password, ? and #, such as https://api.example.com/";

function readHttpUrl(text: string): URL | null {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  return url.username + url.password + url.search + url.hash === "" ? url : null;
}

/** Addresses and ranges, separated by commas or spaces. */
export function readCidrs(text: string): Reading<readonly string[]> {
  const cidrs = text.split(/[\s,]+/).filter((part) => part !== "");
  const wrong = cidrs.filter((cidr) => !isAddress(cidr) && !isCidr(cidr));
  if (wrong.length === 0) return { value: Object.freeze(cidrs) };
  return {
    problem: `must list addresses and ranges such as 10.0.0.0/8, fd00::/8 or 192.168.1.5, but has ${wrong.map(quote).join(", ")}`,
  };
}

function isCidr(text: string): boolean {
  return isAddress(text.split("/")[0] ?? "") && ipaddr.isValidCIDR(text);
}

/** Names and `*.` patterns, separated by commas or spaces; come out as the URL parser writes them, without a dot at the end. */
export function readHosts(text: string): Reading<readonly string[]> {
  const given = text.split(/[\s,]+/).filter((part) => part !== "");
  const hosts = given.map(readHost);
  const wrong = given.filter((_, n) => hosts[n] === null);
  if (wrong.length === 0) return { value: Object.freeze(hosts.filter((host) => host !== null)) };
  return {
    problem: `must list names such as hooks.corp.example or *.corp.example, without scheme, port and path, and addresses go into EVENT_SINKS_ALLOW_CIDRS, but has ${wrong.map(quote).join(", ")}`,
  };
}

function readHost(text: string): string | null {
  const [star, name] = text.startsWith("*.") ? ["*.", text.slice(2)] : ["", text];
  if (/[:/\\?#@%*[\]]/.test(name)) return null;
  const host = URL.parse(`http://${name}/`)?.hostname.replace(/\.$/, "") ?? "";
  // An empty label (`a..b`) is in no name; `0x7f.1` comes out as an address.
  return host.split(".").includes("") || isIP(host) !== 0 ? null : star + host;
}

/** An address with a zone, `fe80::1%eth0`, is no address to compare with. */
function isAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes("%");
}

/** `smtp:` or `smtps:`, a host and maybe a port, user name and password; the text is secret. */
export function readSmtpUrl(text: string): Reading<Secret> {
  const url = URL.parse(text);
  if (url === null || !/^smtps?:$/.test(url.protocol) || url.hostname === "") {
    return { problem: "must be a URL such as smtps://user:password@smtp.example.com" };
  }
  if (!/^\/?$/.test(url.pathname) || url.hash !== "") {
    return {
      problem:
        "must end after the host or port (percent-encode / and # in the user name and password)",
    };
  }
  const unknown = [...url.searchParams.keys()].filter(
    (name) => name !== "ignoreTLS" && name !== "requireTLS",
  );
  if (unknown.length > 0) return { problem: "takes ?ignoreTLS=true or ?requireTLS=true, no more" };
  if ([...url.searchParams.values()].some((value) => !/^(true|false)$/.test(value))) {
    return { problem: "takes true or false for ignoreTLS and requireTLS" };
  }
  if (!isDecodable(url.username) || !isDecodable(url.password)) {
    return { problem: "has a % in its user name or password that is not written as %25" };
  }
  return { value: new Secret(text) };
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** An address, or a name and an address in angle brackets; fit for a header as it is. */
export function readMailFrom(text: string): Reading<string> {
  const [, name, bracketed, bare] =
    /^(?:([^<>"@,;:\\()[\]\p{C}]+)<([^<>]+)>|([^<>]+))$/u.exec(text) ?? [];
  const address = bracketed ?? bare ?? "";
  if (/^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/.test(address)) {
    return { value: name === undefined ? address : `${name.trim()} <${address}>` };
  }
  return {
    problem: `must be an address such as alerts@example.com or Event Sinks <alerts@example.com>, but is ${quote(text)}`,
  };
}

export function readBoolean(text: string): Reading<boolean> {
  const word = text.toLowerCase();
  if (word === "true" || word === "false") return { value: word === "true" };
  return { problem: `must be true or false, but is ${quote(text)}` };
}

export function readOneOf<const Name extends string>(
  names: readonly Name[],
): (text: string) => Reading<Name> {
  return (text) => {
    const value = names.find((name) => name === text.toLowerCase());
    if (value !== undefined) return { value };
    return { problem: `must be one of ${names.join(", ")}, but is ${quote(text)}` };
  };
}

const kib = 1024;
const mib = 1024 * kib;
const byteUnits = new Map([
  ["", 1],
  ["kib", kib],
  ["mib", mib],
]);

/** A size within limits: bytes, or KiB or MiB with that unit. */
export function readBytes(min: number, max: number): (text: string) => Reading<number> {
  return (text) => {
    const [, digits, unit = ""] = /^(\d+)\s*(|kib|mib)$/i.exec(text) ?? [];
    const value = Number(digits) * (byteUnits.get(unit.toLowerCase()) ?? Number.NaN);
    if (value >= min && value <= max) return { value };
    return {
      problem: `must be a size from ${showBytes(min)} to ${showBytes(max)}, such as 65536, 512KiB or 2MiB, but is ${quote(text)}`,
    };
  };
}

/** Of a file, relative to the working directory unless it starts with a slash. */
export function readPath(text: string): Reading<string> {
  return text.includes("\0") || text.includes("-----BEGIN")
    ? { problem: "must be the path of a file, not what is in it" }
    : { value: text };
}

/** A whole number, digits only. */
export function readCount(min: number, max: number): (text: string) => Reading<number> {
  return (text) => {
    const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return { value };
    return { problem: `must be a whole number from ${min} to ${max}, but is ${quote(text)}` };
  };
}

/** In the largest unit that needs no fraction. */
export function showBytes(bytes: number): string {
  if (bytes % mib === 0) return `${bytes / mib}MiB`;
  return bytes % kib === 0 ? `${bytes / kib}KiB` : String(bytes);
}

function quote(text: string): string {
  return JSON.stringify(text);
}
