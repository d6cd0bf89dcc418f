import assert from "node:assert/strict";
import { connect } from "node:net";
import { afterEach, test } from "node:test";
import { startWebhookReceiver, type WebhookReceiver } from "../webhook/webhook-receiver.ts";

const running: WebhookReceiver[] = [];

async function start() {
  const receiver = await startWebhookReceiver();
  running.push(receiver);
  return receiver;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((receiver) => receiver.stop()));
});

const post = (url: string, body = "{}") =>
  fetch(url, { method: "POST", body, headers: { "content-type": "application/json" } });

test("a request is kept to the byte, with its headers as they were spelt", async () => {
  const receiver = await start();
  const body = '{"timestamp":1776721873702228890, "é":"\\u0000"}';
  await post(`${receiver.url}a/b?c=d`, body);
  const [request] = receiver.requests;
  assert.equal(request?.body, body);
  assert.deepEqual(request?.bytes, Buffer.from(body));
  assert.equal(request?.path, "/a/b");
  assert.equal(request?.query.get("c"), "d");
  assert.equal(request?.method, "POST");
  assert.equal(request?.answer?.status, 200);
});

test("bodies of any content type arrive; under a malformed one the request is still noted", async () => {
  const receiver = await start();
  for (const type of ["text/x-odd", "application/json", "not a media type"]) {
    await new Promise<void>((resolve) => {
      const socket = connect(receiver.port, "127.0.0.1");
      socket.on("data", () => socket.end());
      socket.on("close", () => resolve());
      socket.write(
        `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ncontent-length: 2\r\n\r\nhi`,
      );
    });
  }
  assert.equal(receiver.requests.length, 3);
  assert.deepEqual(
    receiver.requests.slice(0, 2).map((request) => request.body),
    ["hi", "hi"],
  );
  // What names no type at all is noted, but not read.
  assert.equal(receiver.requests[2]?.headers["content-type"], "not a media type");
  assert.equal(receiver.requests[2]?.isBodyRead, false);
});

test("planned answers come first, in order and for their path only, then it behaves again", async () => {
  const receiver = await start();
  receiver.answerInOrder([{ status: 500 }, { status: 429, headers: { "retry-after": "7" } }], {
    path: "/flaky",
  });
  assert.equal((await post(`${receiver.url}fine`)).status, 200);
  assert.equal((await post(`${receiver.url}flaky`)).status, 500);
  const limited = await post(`${receiver.url}flaky`);
  assert.equal(limited.status, 429);
  assert.equal(limited.headers.get("retry-after"), "7");
  assert.equal((await post(`${receiver.url}flaky`)).status, 200);
  assert.equal(receiver.deliveries.length, 2);
});

test("a plan can be bound to what the request says, and be forgotten", async () => {
  const receiver = await start();
  receiver.answerNext(9, { status: 503, body: { down: true } }, { where: (r) => r.body === "[1]" });
  assert.equal((await post(receiver.url, "[2]")).status, 200);
  const down = await post(receiver.url, "[1]");
  assert.equal(down.status, 503);
  assert.deepEqual(await down.json(), { down: true });
  receiver.behave();
  assert.equal((await post(receiver.url, "[1]")).status, 200);
});

test("a dropped connection leaves no answer, and what was handled stays handled", async () => {
  const receiver = await start();
  for (const when of ["before_reading", "after_reading", "after_handling"] as const) {
    receiver.behaveNext(1, { kind: "drop", when });
    await assert.rejects(post(receiver.url, `"${when}"`), TypeError);
  }
  assert.deepEqual(
    receiver.requests.map((request) => [request.isBodyRead, request.body, request.behaviour]),
    [
      [false, "", "drop"],
      [true, '"after_reading"', "drop"],
      [true, '"after_handling"', "drop"],
    ],
  );
  assert.deepEqual(
    receiver.deliveries.map((delivery) => delivery.request.body),
    ['"after_handling"'],
  );
});

test("a hanging request gets no answer, and stopping cuts it at once", {
  timeout: 5_000,
}, async () => {
  const receiver = await start();
  receiver.behaveNext(1, { kind: "hang" });
  const hanging = assert.rejects(post(receiver.url), TypeError);
  await receiver.waitForRequests(1);
  await receiver.stop();
  await hanging;
});

test("a half response starts well and ends in the middle", async () => {
  const receiver = await start();
  receiver.behaveNext(1, { kind: "half_response" });
  const response = await post(receiver.url);
  assert.equal(response.status, 200);
  await assert.rejects(response.text(), TypeError);
});

test("a giant body is as long as asked, a redirect names its target", async () => {
  const receiver = await start();
  receiver.behaveNext(1, { kind: "giant_body", bodyBytes: 1_000_001 });
  assert.equal((await (await post(receiver.url)).arrayBuffer()).byteLength, 1_000_001);
  receiver.behaveNext(1, { kind: "redirect", location: "http://127.0.0.1:9/" });
  const response = await fetch(receiver.url, { method: "POST", redirect: "manual" });
  assert.equal(response.status, 302);
  assert.equal(response.headers.get("location"), "http://127.0.0.1:9/");
});

test("a delay is measured by the clock that was passed in", async () => {
  let run = () => {};
  const delays: number[] = [];
  const clock = {
    now: () => 1_000,
    setTimer(delayMs: number, then: () => void) {
      delays.push(delayMs);
      run = then;
      return { cancel: () => undefined };
    },
  };
  const receiver = await startWebhookReceiver({ clock });
  running.push(receiver);
  receiver.behaveNext(1, { kind: "delay", delayMs: 86_400_000 });
  const pending = post(receiver.url);
  await receiver.waitForRequests(1);
  assert.deepEqual(delays, [86_400_000]);
  assert.equal(receiver.deliveries.length, 0);
  run();
  assert.equal((await pending).status, 200);
});

test("stopping closes idle keep-alive connections at once and frees the port", {
  timeout: 5_000,
}, async () => {
  const receiver = await start();
  const socket = connect(receiver.port, "127.0.0.1");
  const closed = new Promise((resolve) => socket.on("close", resolve));
  await new Promise((resolve) => {
    socket.once("data", resolve);
    socket.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n");
  });
  await receiver.stop();
  await closed;
  const again = await startWebhookReceiver({ port: receiver.port });
  running.push(again);
  assert.equal((await post(again.url)).status, 200);
});

test("waiting for requests that do not come ends with a sentence", async () => {
  const receiver = await start();
  await assert.rejects(receiver.waitForRequests(1, 10), /0 of 1 requests came within 10 ms/);
});
