import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { test } from "node:test";
import { Webhook } from "standardwebhooks";
import { inputFor, readSink, requestOf } from "../../../test/support/sink-steps.ts";
import { systemClock } from "../../clock.ts";
import { Secret } from "../../secret.ts";
import type { SinkSettings } from "../sink-type.ts";
import { publicKeyOf, signatureHeaders } from "./signature.ts";
import { rotateSigningKeys, verificationKeys } from "./signing-keys.ts";
import { webhook } from "./webhook.ts";

const url = "https://test.com/webhook/abc";
const hourMs = 3_600_000;

type Sent = { headers: Readonly<Record<string, string>>; body: string };

function send(sink: SinkSettings, now: number): Sent {
  return requestOf(webhook.step(inputFor(sink, { now })));
}

function keysOf(sink: SinkSettings, now = 0): { signingSecret: string; publicKey: string | null } {
  const keys = verificationKeys(sink, now);
  assert.ok(keys !== undefined);
  return keys;
}

function rotate(sink: SinkSettings, now: number, overlapMs: number): SinkSettings {
  const rotation = rotateSigningKeys(sink, now, overlapMs);
  assert.ok(rotation.kind === "rotated");
  return rotation.sink;
}

/** As a receiver with a Standard Webhooks library checks it. The package knows no other time than now. */
function fitsSecret(sent: Sent, signingSecret: string): boolean {
  try {
    new Webhook(signingSecret).verify(sent.body, { ...sent.headers });
    return true;
  } catch {
    return false;
  }
}

/** The specification's text, spelt out: some `v1a` entry is an ed25519 signature of `id.timestamp.body`. */
function fitsPublicKey({ headers, body }: Sent, publicKey: string | null): boolean {
  assert.match(publicKey ?? "", /^whpk_[A-Za-z0-9+/]{43}=$/);
  const raw = Buffer.from((publicKey ?? "").slice("whpk_".length), "base64");
  // RFC 8410 section 4: an Ed25519 SubjectPublicKeyInfo is this prefix and the 32 bytes.
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]);
  const key = createPublicKey({ key: der, format: "der", type: "spki" });
  const signed = Buffer.from(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`);
  return entries(headers)
    .filter((entry) => entry.startsWith("v1a,"))
    .some((entry) => verify(null, signed, key, Buffer.from(entry.slice("v1a,".length), "base64")));
}

function entries(headers: Readonly<Record<string, string>>): string[] {
  return (headers["webhook-signature"] ?? "").split(" ");
}

test("v1a gives the signature of Svix's published test vector", () => {
  const key = new Secret(
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==",
  );
  assert.equal(publicKeyOf(key), "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=");
  const input = {
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    now: 1_614_265_330_000,
    body: '{"test": 2432232314}',
  };
  assert.equal(
    signatureHeaders(input, [key])["webhook-signature"],
    "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==",
  );
});

test("a v1a sink signs both ways; the private key never shows", () => {
  const sink = readSink(webhook, { url, signature: "v1a" });
  const sent = send(sink, systemClock.now());
  assert.deepEqual(
    entries(sent.headers).map((entry) => entry.split(",")[0]),
    ["v1", "v1a"],
  );
  const { signingSecret, publicKey } = keysOf(sink);
  assert.ok(fitsSecret(sent, signingSecret));
  assert.ok(fitsPublicKey(sent, publicKey));
  assert.equal(fitsPublicKey({ ...sent, body: `${sent.body} ` }, publicKey), false);
  const privateKey = sink.secrets["signing_key"]?.reveal() ?? "";
  assert.match(privateKey, /^whsk_[A-Za-z0-9+/]{86}==$/);
  for (const shown of [webhook.configuration(sink), keysOf(sink), sink.settings, sent]) {
    assert.ok(!JSON.stringify(shown).includes(privateKey.slice(5, 25)));
  }
});

test("a v1 sink has no key pair until it asks for v1a, and keeps its secret then", () => {
  const plain = readSink(webhook, { url });
  assert.equal(keysOf(plain).publicKey, null);
  assert.deepEqual(Object.keys(plain.secrets), ["signing_secret"]);
  const both = readSink(webhook, { signature: "v1a" }, plain);
  assert.equal(keysOf(both).signingSecret, keysOf(plain).signingSecret);
  assert.ok(fitsPublicKey(send(both, systemClock.now()), keysOf(both).publicKey));
  const saved = readSink(webhook, { url: `${url}/2` }, both);
  assert.deepEqual(keysOf(saved), keysOf(both));
});

test("while one secret replaces another each request verifies with either", () => {
  const now = systemClock.now();
  const before = readSink(webhook, { url, signature: "v1a", headers: { "X-Key": "value" } });
  const after = rotate(before, now, 24 * hourMs);
  assert.notEqual(keysOf(after).signingSecret, keysOf(before).signingSecret);
  assert.notEqual(keysOf(after).publicKey, keysOf(before).publicKey);
  const sent = send(after, now);
  assert.equal(entries(sent.headers).length, 4);
  for (const sink of [before, after]) {
    assert.ok(fitsSecret(sent, keysOf(sink).signingSecret));
    assert.ok(fitsPublicKey(sent, keysOf(sink).publicKey));
  }
  assert.equal(sent.headers["X-Key"], "value");
  assert.deepEqual(webhook.configuration(after), webhook.configuration(before));
});

test("a former secret stops at its hour, to the millisecond, on the same stored sink", () => {
  const now = systemClock.now() - hourMs;
  const before = readSink(webhook, { url });
  const after = rotate(before, now, hourMs);
  assert.equal(entries(send(after, now + hourMs - 1).headers).length, 2);
  assert.equal(verificationKeys(after, now + hourMs - 1)?.previousExpiresAt, now + hourMs);
  const late = send(after, now + hourMs);
  assert.equal(verificationKeys(after, now + hourMs)?.previousExpiresAt, null);
  assert.equal(entries(late.headers).length, 1);
  assert.ok(fitsSecret(late, keysOf(after).signingSecret));
  assert.equal(fitsSecret(late, keysOf(before).signingSecret), false);
});

test("former secrets stay over updates, and over a store that keeps JSON", () => {
  const now = systemClock.now();
  const before = readSink(webhook, { url });
  const rotated = rotate(rotate(before, now, hourMs), now, 2 * hourMs);
  const stored = { ...rotated, settings: JSON.parse(JSON.stringify(rotated.settings)) };
  const saved = readSink(webhook, { headers: { "X-Key": "value" } }, stored);
  const sent = send(saved, now);
  assert.equal(entries(sent.headers).length, 3);
  assert.ok(fitsSecret(sent, keysOf(before).signingSecret));
  assert.equal(entries(send(saved, now + hourMs).headers).length, 2);
});

test("an overlap of nothing ends all former secrets at once", () => {
  const now = systemClock.now();
  const one = readSink(webhook, { url });
  const two = rotate(one, now, hourMs);
  const three = rotate(two, now, 0);
  const sent = send(three, now);
  assert.equal(entries(sent.headers).length, 1);
  for (const former of [one, two]) {
    assert.equal(fitsSecret(sent, keysOf(former).signingSecret), false);
  }
  assert.deepEqual(Object.keys(three.secrets), ["signing_secret"]);
});

test("at most five former secrets sign; expired ones make room and are forgotten", () => {
  const now = systemClock.now();
  let sink = readSink(webhook, { url });
  for (let hours = 1; hours <= 5; hours++) sink = rotate(sink, now, hours * hourMs);
  assert.equal(entries(send(sink, now).headers).length, 6);
  const sixth = rotateSigningKeys(sink, now, hourMs);
  assert.deepEqual(sixth, { kind: "too_many", firstExpiresAt: now + hourMs });
  const later = rotate(sink, now + 3 * hourMs, hourMs);
  assert.equal(Object.keys(later.secrets).length, 4);
  assert.equal(entries(send(later, now + 3 * hourMs).headers).length, 4);
});

test("going back to v1 drops every key pair and keeps every secret", () => {
  const now = systemClock.now();
  const both = rotate(readSink(webhook, { url, signature: "v1a" }), now, hourMs);
  const plain = readSink(webhook, { signature: "v1" }, both);
  const kinds = entries(send(plain, now).headers).map((entry) => entry.split(",")[0]);
  assert.deepEqual(kinds, ["v1", "v1"]);
  assert.ok(!Object.values(plain.secrets).some((one) => one.reveal().startsWith("whsk_")));
});
