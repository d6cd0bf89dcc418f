import { inspect } from "node:util";

const mask = "<secret>";

/**
 * A value that must not be seen. It prints itself as `<secret>` wherever it is
 * logged, serialised or interpolated; only `reveal()` gives it away, so that
 * one search for that word finds every place where a secret is used.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return mask;
  }

  toJSON(): string {
    return mask;
  }

  [inspect.custom](): string {
    return mask;
  }
}

/** Secrets by name, e.g. `integration_key` or `signing_secret`. */
export type Secrets = Readonly<Record<string, Secret>>;

/**
 * Replaces every occurrence of a secret's value in `text` with `<secret>`, the longest first,
 * as one may be a part of another. A text that is a secret as a whole is masked whatever its
 * length; inside a longer text values under four characters are left alone: masking them
 * would shred it.
 */
export function redact(text: string, secrets: Iterable<Secret>): string {
  const known = [...secrets].map((secret) => secret.reveal());
  const values = known.filter((value) => text.includes(value));
  // Nearly always, and asked for each header of each attempt.
  if (values.length === 0) return text;
  if (text !== "" && values.includes(text)) return mask;
  let redacted = text;
  for (const value of values.sort((a, b) => b.length - a.length)) {
    if (value.length >= 4) redacted = redacted.replaceAll(value, mask);
  }
  return redacted;
}
