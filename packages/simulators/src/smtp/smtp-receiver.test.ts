import assert from "node:assert/strict";
import { connect } from "node:net";
import { afterEach, test } from "node:test";
import { type SmtpReceiver, startSmtpReceiver } from "./smtp-receiver.ts";

const running: SmtpReceiver[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

async function start() {
  const receiver = await startSmtpReceiver();
  running.push(receiver);
  return receiver;
}

/** Speaks SMTP by hand: each line is sent once the one before was answered. */
function talk(port: number, lines: readonly string[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    const replies: string[] = [];
    let waiting = [...lines];
    let text = "";
    socket.setEncoding("utf8");
    socket.on("error", reject);
    socket.on("data", (chunk: string) => {
      text += chunk;
      const [reply] = /^(?:\d{3}-.*\r\n)*\d{3} .*\r\n/.exec(text) ?? [];
      if (reply === undefined) return;
      text = text.slice(reply.length);
      replies.push(reply.trim().split("\r\n").at(-1) ?? "");
      const [next, ...rest] = waiting;
      waiting = rest;
      if (next === undefined) socket.end();
      else socket.write(`${next}\r\n`);
    });
    socket.on("close", () => resolve(replies));
  });
}

const envelope = ["EHLO x", "MAIL FROM:<a@x.example>", "RCPT TO:<b@y.example>", "DATA"];
const head = (...more: string[]) =>
  [
    "From: A <a@x.example>",
    "To: b@y.example",
    "Date: Mon, 23 Nov 2026 16:00:00 +0000",
    "Message-ID: <1@x.example>",
    "Subject: =?utf-8?q?=C3=9C?=",
    ...more,
  ].join("\r\n");

test("a mail is kept as it came, and read", async () => {
  const receiver = await start();
  const replies = await talk(receiver.port, [...envelope, `${head()}\r\n\r\nhello\r\n.`]);
  assert.match(replies.at(-1) ?? "", /^250/);
  const [mail] = receiver.mails;
  assert.deepEqual(mail?.envelope, { from: "a@x.example", to: ["b@y.example"] });
  assert.equal(mail?.subject, "Ü");
  assert.equal(mail?.text.trim(), "hello");
  assert.equal(mail?.messageId, "<1@x.example>");
  assert.equal(mail?.headers["date"], "Mon, 23 Nov 2026 16:00:00 +0000");
  assert.ok(mail?.raw.startsWith("From: A"));
});

test("a mail that breaks a rule is refused with the rule", async () => {
  const receiver = await start();
  const bad: [string, RegExp][] = [
    [`${head("Subject: twice")}\r\n\r\nx`, /subject must be there once/],
    [`${head().replace("Message-ID", "X-ID")}\r\n\r\nx`, /message-id must be there once/],
    [`${head("References: <a@b>", "References: <c@d>")}\r\n\r\nx`, /references is there twice/],
    [`${head("X-Odd: ü")}\r\n\r\nx`, /not ASCII/],
    [`${head()}\r\n\r\n${"x".repeat(999)}`, /too long/],
  ];
  for (const [mail, rule] of bad) {
    const replies = await talk(receiver.port, [...envelope, `${mail}\r\n.`]);
    assert.match(replies.at(-1) ?? "", rule);
  }
  assert.equal(receiver.mails.length, 0);
  assert.equal(receiver.refusals.length, bad.length);
});

test("planned refusals come at their stage and can be forgotten", async () => {
  const receiver = await start();
  receiver.refuseNext(1, "sender", 553, "not you");
  receiver.refuseNext(9, "data", 451, "later");
  receiver.refuseRecipient("b@y.example");
  assert.match((await talk(receiver.port, envelope.slice(0, 2))).at(-1) ?? "", /^553 not you/);
  assert.match((await talk(receiver.port, envelope.slice(0, 3))).at(-1) ?? "", /^550 5\.1\.1/);
  receiver.behave();
  const others = envelope.map((line) => line.replace("b@", "c@"));
  const replies = await talk(receiver.port, [...others, `${head()}\r\n\r\nx\r\n.`]);
  assert.match(replies.at(-1) ?? "", /^250/);
  assert.equal(receiver.sessionCount(), 3);
});
