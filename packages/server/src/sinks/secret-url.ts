/**
 * Settings of sink types whose URL is all the authority that is needed to post: it is
 * kept among the secrets, whole and in its telling parts, so that none of them shows
 * where a platform echoes it. What is shown of it is masked; a mask sent back means
 * "unchanged".
 */

import { createHash } from "node:crypto";
import type { JsonObject } from "../domain/json.ts";
import { Secret, type Secrets } from "../secret.ts";
import { argsSchema, refuse, textArg } from "./args.ts";
import type { ReadArgsResult, SinkSettings } from "./sink-type.ts";

export const urlLengthMax = 2_048;

/** What stands for the secret part of a URL wherever a sink is shown. */
export const urlMask = "********";

export interface SecretUrlRules {
  readonly wireName: string;
  /** Why this is no URL of the platform's, with the cure; undefined when it is one. */
  problem(url: URL): string | undefined;
  /** The part of the path that may be shown, beginning with a slash; empty for none. */
  shownPath(url: URL): string;
}

/** The schemas of `{url}`, for a new sink and for changes to one. */
export function secretUrlArgs(title: string, description: string, example: string) {
  const url = {
    type: "string",
    title: "URL",
    description: `${description} It is kept secret: it comes back with ${urlMask} in it, which means "unchanged" when sent back.`,
    minLength: 1,
    maxLength: urlLengthMax,
    examples: [example],
  };
  const examples = [{ url: example }];
  return {
    createArgs: argsSchema({ url }, { required: ["url"], title, examples }),
    updateArgs: argsSchema({ url }, { title: `Changes to a ${title}`, examples }),
  };
}

/** See `SinkType.readArgs`. */
export function readSecretUrl(
  args: JsonObject,
  current: SinkSettings | null,
  rules: SecretUrlRules,
): ReadArgsResult {
  const path = `${rules.wireName}.url`;
  const given = textArg(args, "url");
  const isUnchanged = given === undefined || given === shownUrl(current?.settings ?? {});
  if (isUnchanged && current !== null) {
    return { ok: true, settings: current.settings, secrets: current.secrets };
  }
  const text = given ?? "";
  if (isMaskedUrl(text)) return refuse(path, "This URL is masked. Give the whole one.");
  const url = readUrl(text);
  if (typeof url === "string") return refuse(path, url);
  const problem = rules.problem(url);
  if (problem !== undefined) return refuse(path, problem);
  return {
    ok: true,
    settings: { url: `${url.origin}${rules.shownPath(url)}/${urlMask}` },
    secrets: secretsOf(url, rules.shownPath(url)),
  };
}

function readUrl(text: string): URL | string {
  if (text.length > urlLengthMax) return `The URL may have at most ${urlLengthMax} characters.`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u0020\u007f]/.test(text) || !text.isWellFormed()) {
    return "The URL contains white space or control characters. Copy it again.";
  }
  const url = URL.parse(text);
  if (url === null) return "This is no URL. Copy the whole one.";
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    return `The URL must start with https://, not \`${url.protocol}\`.`;
  }
  if (url.username !== "" || url.password !== "") {
    return "The URL holds a user name or password, which this platform does not use.";
  }
  url.hash = "";
  return url;
}

/** Short parts (`api`, `1.0`) protect nothing, and masking them would shred what is recorded. */
const partLengthMin = 12;

function secretsOf(url: URL, shownPath: string): Secrets {
  const values = [
    url.href,
    url.pathname + url.search,
    url.pathname.slice(shownPath.length),
    ...url.pathname.slice(shownPath.length).split("/"),
    ...url.searchParams.values(),
    ...url.search.slice(1).split(/[&=]/),
  ].filter((value, index) => index === 0 || value.length >= partLengthMin);
  return Object.fromEntries(
    [...new Set(values)].map((value, index) => [
      index === 0 ? "url" : `url_part_${index}`,
      new Secret(value),
    ]),
  );
}

/** True for a URL that was masked here. */
export function isMaskedUrl(text: string): boolean {
  return text.includes(urlMask);
}

/** The URL as it may be shown. */
export function shownUrl(settings: JsonObject): string {
  return textArg(settings, "url") ?? "";
}

/** The URL itself: for a request, never for show. */
export function revealUrl(secrets: Secrets): string {
  return secrets["url"]?.reveal() ?? "";
}

/** The same for the same URL, and of no use to anybody who sees it. */
export function urlFingerprint(secrets: Secrets): string {
  return createHash("sha256").update(revealUrl(secrets)).digest("hex").slice(0, 32);
}
