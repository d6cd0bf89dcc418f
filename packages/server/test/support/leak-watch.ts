import assert from "node:assert/strict";

/** Collects planted secrets and everything that was seen; then none may be in any of it. */
export interface LeakWatch {
  plant(name: string, secret: string): void;
  see(where: string, text: string): void;
  /** Where this was, which is no secret. */
  placesOf(text: string): readonly string[];
  /** Fails with each place and the secret's name. @returns how much was looked through. */
  assertNone(): { readonly secretCount: number; readonly textCount: number };
}

export function createLeakWatch(): LeakWatch {
  const secrets = new Map<string, string>();
  const texts: { readonly where: string; readonly text: string }[] = [];
  return {
    plant(name, secret) {
      assert.ok(secret.length >= 10, `${name} is a secret worth the name`);
      secrets.set(name, secret);
    },
    see(where, text) {
      texts.push({ where, text });
    },
    placesOf: (part) => texts.filter(({ text }) => text.includes(part)).map(({ where }) => where),
    assertNone() {
      const forms = [...secrets].flatMap(([name, secret]) =>
        formsOf(secret).map((form) => [name, form] as const),
      );
      const found = texts.flatMap(({ where, text }) =>
        forms
          .filter(([, form]) => text.includes(form))
          .map(([name, form]) => {
            const at = text.indexOf(form);
            return `${name} in ${where}: …${text.slice(Math.max(0, at - 120), at + 20)}…`;
          }),
      );
      assert.deepEqual(found, []);
      return { secretCount: secrets.size, textCount: texts.length };
    },
  };
}

/** As it is, and as it could be carried. */
function formsOf(secret: string): string[] {
  const escaped = JSON.stringify(secret).slice(1, -1);
  const hex = Buffer.from(secret).toString("hex");
  return [
    ...new Set([
      ...[secret, encodeURIComponent(secret), escaped, JSON.stringify(escaped).slice(1, -1)],
      ...[hex, hex.toUpperCase()],
      ...(["base64", "base64url"] as const).flatMap((encoding) => base64Of(secret, encoding)),
    ]),
  ];
}

/** Without its ends, which depend on what stands before and after; in each of the three ways it can fall. */
function base64Of(secret: string, encoding: "base64" | "base64url"): string[] {
  return [0, 1, 2].map((offset) => {
    const padded = Buffer.from("x".repeat(offset) + secret);
    const whole = padded.subarray(offset === 0 ? 0 : 3, padded.length - (padded.length % 3));
    return whole.toString(encoding);
  });
}
