import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { it } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { canaryText, checkCanary, createSealer, SealError } from "./sealer.ts";
import { Secret, type Secrets } from "./secret.ts";

const sealer = createSealer(randomBytes(32));
const context = { tenantId: "acme", id: "0190f5fe-0000-7000-8000-000000000001" };
const secrets: Secrets = {
  url: new Secret("https://x.test/ü?k=1"),
  signing: new Secret("whsec_1"),
};

function reveal(opened: Secrets): Record<string, string> {
  return Object.fromEntries(
    Object.entries(opened).map(([name, secret]) => [name, secret.reveal()]),
  );
}

function isProblem(problem: SealError["problem"]) {
  return (error: unknown) => {
    assert.ok(error instanceof SealError, inspect(error));
    assert.equal(error.problem, problem);
    assert.match(error.message, /\.$/);
    return true;
  };
}

it("what is sealed opens again, whatever the names and values", () => {
  assert.deepEqual(reveal(sealer.unseal(sealer.seal(secrets, context), context)), reveal(secrets));
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" })),
      (values) => {
        const given = Object.fromEntries(
          Object.entries(values).map(([name, value]) => [name, new Secret(value)]),
        );
        const opened = sealer.unseal(sealer.seal(given, context), context);
        assert.deepEqual(Object.entries(reveal(opened)), Object.entries(values));
      },
    ),
  );
});

it("the same secrets never look the same twice, and nothing of them shows", () => {
  const texts = new Set(Array.from({ length: 100 }, () => sealer.seal(secrets, context)));
  assert.equal(texts.size, 100);
  for (const text of texts) {
    assert.match(text, new RegExp(`^v1\\.${sealer.keyId}\\.[A-Za-z0-9_-]+$`));
    assert.doesNotMatch(
      Buffer.from(text.split(".")[2] ?? "", "base64url").toString(),
      /whsec|x\.test/,
    );
  }
});

it("a key given as bytes and as base64 text is the same key", () => {
  const key = randomBytes(32);
  const fromText = createSealer(new Secret(key.toString("base64")));
  const text = createSealer(key).seal(secrets, context);
  assert.deepEqual(reveal(fromText.unseal(text, context)), reveal(secrets));
});

it("a key of another length is refused without being quoted", () => {
  for (const key of [randomBytes(16), new Secret("c2VjcmV0"), new Secret("")]) {
    assert.throws(() => createSealer(key), /^Error: The encryption key must be 32 bytes/);
  }
});

it("another key says so, naming both key ids", () => {
  const other = createSealer(randomBytes(32));
  assert.throws(
    () => other.unseal(sealer.seal(secrets, context), context),
    (error: Error) =>
      isProblem("wrong_key")(error) &&
      error.message.includes(sealer.keyId) &&
      error.message.includes(other.keyId),
  );
});

it("a second key opens what it sealed, and seals nothing", () => {
  const [former, next] = [randomBytes(32), randomBytes(32)];
  const both = createSealer(next, former);
  const before = createSealer(former).seal(secrets, context);
  assert.deepEqual(reveal(both.unseal(before, context)), reveal(secrets));
  const after = both.seal(secrets, context);
  assert.deepEqual(reveal(createSealer(next).unseal(after, context)), reveal(secrets));
  assert.throws(() => createSealer(former).unseal(after, context), isProblem("wrong_key"));
});

it("another key under the same key id does not open it either", () => {
  const other = createSealer(randomBytes(32));
  const text = sealer.seal(secrets, context).replace(sealer.keyId, other.keyId);
  assert.throws(() => other.unseal(text, context), isProblem("tampered"));
});

it("a text copied into another record or tenant does not open", () => {
  const text = sealer.seal(secrets, context);
  for (const moved of [
    { ...context, id: "0190f5fe-0000-7000-8000-000000000002" },
    { ...context, tenantId: "other" },
    { ...context, tenantId: null },
    { tenantId: context.id, id: context.tenantId },
  ]) {
    assert.throws(() => sealer.unseal(text, moved), isProblem("tampered"));
  }
});

it("a change of any bit is noticed", () => {
  const text = sealer.seal(secrets, context);
  const start = text.lastIndexOf(".") + 1;
  const bytes = Buffer.from(text.slice(start), "base64url");
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const changedText = text.slice(0, start) + changed.toString("base64url");
    assert.throws(() => sealer.unseal(changedText, context), isProblem("tampered"));
  }
});

it("what is cut short or of another form is refused", () => {
  const text = sealer.seal(secrets, context);
  for (let length = 0; length < text.length - 1; length++) {
    assert.throws(() => sealer.unseal(text.slice(0, length), context), SealError);
  }
  for (const odd of ["", "v2.a.b", `${text}.x`, "plain secret", '{"a":1}']) {
    assert.throws(() => sealer.unseal(odd, context), isProblem("unreadable"));
  }
});

it("the canary tells the key it was made with from any other", () => {
  const canary = canaryText(sealer);
  checkCanary(sealer, canary);
  assert.throws(
    () => checkCanary(createSealer(randomBytes(32)), canary),
    (error: Error) =>
      isProblem("wrong_key")(error) && error.message.includes("EVENT_SINKS_ENCRYPTION_KEY"),
  );
  assert.throws(() => checkCanary(sealer, "nonsense"), isProblem("unreadable"));
});
