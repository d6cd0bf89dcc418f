import assert from "node:assert/strict";
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { afterEach, test } from "node:test";
import { Webhook } from "standardwebhooks";
import { startWebhookReceiver, type WebhookReceiver } from "./webhook-receiver.ts";

const newSecret = () => `whsec_${randomBytes(32).toString("base64")}`;
const running: WebhookReceiver[] = [];

async function start(options: Parameters<typeof startWebhookReceiver>[0]) {
  const receiver = await startWebhookReceiver(options);
  running.push(receiver);
  return receiver;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((receiver) => receiver.stop()));
});

function send(
  receiver: WebhookReceiver,
  body: string,
  signature: string,
  at = new Date(),
  id = "msg_1",
) {
  const headers = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": signature,
  };
  return fetch(receiver.url, { method: "POST", body, headers });
}

test("what the standardwebhooks package signs is taken", async () => {
  const secret = newSecret();
  const receiver = await start({ secret });
  const body = '{"timestamp":1776721873702228890}';
  const at = new Date();
  const response = await send(receiver, body, new Webhook(secret).sign("msg_1", at, body), at);
  assert.equal(response.status, 200);
  assert.equal(receiver.deliveries[0]?.id, "msg_1");
  assert.equal(receiver.deliveries[0]?.verification?.ok, true);
});

test("wrong, missing and stale signatures are refused with 401 and the problem", async () => {
  const secret = newSecret();
  const receiver = await start({ secret });
  const now = new Date();
  const old = new Date(now.getTime() - 6 * 60_000);
  const right = new Webhook(secret).sign("msg_1", now, "{}");
  const problems: unknown[] = [];
  for (const response of [
    await fetch(receiver.url, { method: "POST", body: "{}" }),
    await send(receiver, "{ }", right, now),
    await send(receiver, "{}", new Webhook(newSecret()).sign("msg_1", now, "{}"), now),
    await send(receiver, "{}", new Webhook(secret).sign("msg_1", old, "{}"), old),
    await send(receiver, "{}", new Webhook(secret).sign("a.b", now, "{}"), now, "a.b"),
  ]) {
    assert.equal(response.status, 401);
    problems.push(((await response.json()) as { error: unknown }).error);
  }
  assert.deepEqual(problems, [
    "missing required headers",
    "no matching signature found",
    "no matching signature found",
    "timestamp outside the tolerance of five minutes",
    "unusable webhook-id",
  ]);
  assert.equal(receiver.deliveries.length, 0);
  assert.equal(receiver.refusals.length, 5);
});

test("during a rotation one right signature in the list is enough", async () => {
  const [oldSecret, secret] = [newSecret(), newSecret()];
  const receiver = await start({ secret: oldSecret });
  const now = new Date();
  const both = [oldSecret, secret]
    .map((key) => new Webhook(key).sign("msg_1", now, "{}"))
    .join(" ");
  assert.equal((await send(receiver, "{}", both, now)).status, 200);
  receiver.trust(secret);
  receiver.distrust(oldSecret);
  assert.equal((await send(receiver, "{}", both, now)).status, 200);
});

test("an ed25519 signature is judged by the public key", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  const receiver = await start({ publicKey: `whpk_${raw.toString("base64")}` });
  const now = new Date();
  const signed = Buffer.from(`msg_1.${Math.floor(now.getTime() / 1000)}.{}`);
  const right = sign(null, signed, privateKey).toString("base64");
  assert.equal((await send(receiver, "{}", `v1a,${right}`, now)).status, 200);
  assert.equal((await send(receiver, "{}", `v1,${right}`, now)).status, 401);
  const wrong = sign(null, Buffer.from("x"), privateKey).toString("base64");
  assert.equal((await send(receiver, "{}", `v1a,${wrong}`, now)).status, 401);
});

test("without a secret everything posted is taken, other methods are not", async () => {
  const receiver = await start({});
  assert.equal((await fetch(receiver.url, { method: "POST", body: "hi" })).status, 200);
  assert.equal((await fetch(receiver.url)).status, 405);
  assert.equal(receiver.deliveries.length, 1);
  assert.equal(receiver.deliveries[0]?.verification, null);
});
