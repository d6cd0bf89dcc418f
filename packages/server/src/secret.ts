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
 * would shred it. A value is also known as JSON and URLs write it, since receivers echo what they got.
 */
export function redact(text: string, secrets: Iterable<Secret>): string {
  const known = [...secrets].flatMap((secret) => formsOf(secret.reveal(), text));
  const values = known.filter((value) => text.includes(value));
  // Nearly always, and asked for each header of each attempt.
  if (values.length === 0) return text;
  if (text !== "" && values.includes(text)) return mask;
  let redacted = text;
  for (const value of values.sort((a, b) => b.length - a.length)) {
    if (value.length >= partLengthMin) redacted = redacted.replaceAll(value, mask);
  }
  return redacted;
}

/** Shorter values inside a text are left alone. */
const partLengthMin = 4;

/** How a value may stand in `text`. */
function formsOf(value: string, text: string): string[] {
  const forms = [value];
  if (text.includes("\\")) forms.push(JSON.stringify(value).slice(1, -1));
  if (text.includes("%")) forms.push(encodeURIComponent(value.toWellFormed()));
  return forms;
}

/** The same for a text that was cut: its end may be the beginning of a secret. */
export function redactCut(text: string, secrets: Iterable<Secret>): string {
  const known = [...secrets];
  const redacted = redact(text, known);
  const lengths = known.map((secret) => sharedLength(redacted, secret.reveal()));
  const cut = Math.max(0, ...lengths);
  return cut < partLengthMin ? redacted : redacted.slice(0, -cut) + mask;
}

/** How much of the beginning of `value` stands at the end of `text`. */
function sharedLength(text: string, value: string): number {
  let length = Math.min(value.length - 1, text.length);
  while (length > 0 && !text.endsWith(value.slice(0, length))) length--;
  return Math.max(length, 0);
}
