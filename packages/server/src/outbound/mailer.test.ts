import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, test } from "node:test";
import {
  type SmtpReceiver,
  type SmtpReceiverOptions,
  startSmtpReceiver,
} from "@event-sinks/simulators";
import { createFakeClock } from "../../test/support/fake-clock.ts";
import { makeSelfSignedCertificate } from "../../test/support/self-signed-certificate.ts";
import { eventually } from "../../test/support/start-service.ts";
import { startTcpServer } from "../../test/support/tcp-server.ts";
import { Secret } from "../secret.ts";
import { createMailer, type MailerOptions } from "./mailer.ts";
import type { Mail, Mailer, OutboundResult } from "./outbound.ts";

const running: { stop?(): Promise<void>; close?(): Promise<void> }[] = [];
after(async () => {
  for (const one of running) await (one.stop ?? one.close)?.();
});

const certificate = makeSelfSignedCertificate("localhost");
const password = "hunter2/secret%&";
const login = { user: "alerts@example.com", password };
const userInfo = `${encodeURIComponent(login.user)}:${encodeURIComponent(password)}@`;

async function receiver(options: SmtpReceiverOptions = {}): Promise<SmtpReceiver> {
  const made = await startSmtpReceiver(options);
  running.push(made);
  return made;
}

function mailer(url: string | null, options: MailerOptions = {}): Mailer {
  const made = createMailer(url === null ? null : new Secret(url), options);
  running.push(made);
  return made;
}

const plain = ({ port }: { port: number }, query = "") => `smtp://127.0.0.1:${port}${query}`;

const mail: Mail = {
  from: "Event Sinks <alerts@example.com>",
  to: ["a@example.com", "o'neill@example.com"],
  subject: "[Critical] Ümläut 💥",
  text: "Hello\n.\nworld\n",
  html: "<p>Hello</p>",
  messageId: "019b7600-0000-7000-8000-00000000000a@example.com",
  headers: { References: "<problem-1@example.com>", "Auto-Submitted": "auto-generated" },
};

const send = (by: Mailer, change: Partial<Mail> = {}) => by.send({ ...mail, ...change }, 10_000);

function assertFailure(result: OutboundResult, reason: string, ambiguous: boolean) {
  assert.equal(result.kind, "failure", JSON.stringify(result));
  assert.deepEqual({ reason: result.reason, ambiguous: result.ambiguous }, { reason, ambiguous });
  assert.match(result.detail, /^\S.*\.$/);
  assert.ok(!result.detail.includes("hunter2"));
}

function assertReply(result: OutboundResult, status: number, command?: string) {
  assert.equal(result.kind, "response", JSON.stringify(result));
  assert.equal(result.status, status);
  if (command !== undefined) assert.equal(result.headers["smtp-command"], command);
  assert.ok(!JSON.stringify(result).includes("hunter2"));
  return result;
}

test("a mail arrives as it was given, in text and HTML", async () => {
  const server = await receiver();
  const result = assertReply(await send(mailer(plain(server))), 250);
  assert.deepEqual(result.headers, {});
  const [got] = server.mails;
  assert.deepEqual(server.refusals, []);
  assert.deepEqual(got?.envelope, { from: "alerts@example.com", to: mail.to });
  assert.deepEqual(got?.to, mail.to);
  assert.equal(got?.from, "alerts@example.com");
  assert.equal(got?.subject, mail.subject);
  assert.equal(got?.text.replaceAll("\r\n", "\n").trim(), mail.text.trim());
  assert.equal(got?.html.trim(), mail.html);
  assert.equal(got?.messageId, `<${mail.messageId}>`);
  assert.equal(got?.headers["references"], "<problem-1@example.com>");
  assert.equal(got?.headers["auto-submitted"], "auto-generated");
});

test("no text of a mail can add a header or a recipient", async () => {
  const server = await receiver();
  const by = mailer(plain(server));
  const nasty = "x\r\nBcc: evil@example.com\r\n\r\nbody <evil@example.com>, evil@example.com";
  assertReply(await send(by, { subject: nasty, headers: { References: nasty } }), 250);
  assertReply(await send(by, { subject: "y ".repeat(2_500), text: "z".repeat(5_000) }), 250);
  assert.deepEqual(server.refusals, []);
  for (const got of server.mails) {
    assert.deepEqual(got.envelope.to, mail.to);
    assert.equal(got.headers["bcc"], undefined);
  }
});

test("each reply code is a response that names the command", async () => {
  const server = await receiver({ login });
  const by = mailer(`smtp://${userInfo}127.0.0.1:${server.port}`);
  const cases = [
    ["connect", 554, "CONN"],
    ["login", 454, "AUTH"],
    ["sender", 553, "MAIL"],
    ["recipient", 450, "RCPT"],
    ["recipient", 550, "RCPT"],
    ["data", 421, "DATA"],
    ["data", 554, "DATA"],
  ] as const;
  for (const [stage, code, command] of cases) {
    // Both recipients, or the mail would go to the other one.
    server.refuseNext(stage === "recipient" ? 2 : 1, stage, code, `no, said at ${stage}`);
    const result = assertReply(await send(by), code);
    assert.match(result.body, new RegExp(`${code}.*no, said at ${stage}`));
    assert.match(result.headers["smtp-command"] ?? "", new RegExp(`^${command}`));
  }
  assertReply(await send(by), 250);
  assert.equal(server.mails.length, 1);
});

test("a recipient refused beside others is told, and the others get the mail", async () => {
  const server = await receiver();
  server.refuseRecipient("a@example.com");
  const result = assertReply(await send(mailer(plain(server))), 250);
  assert.match(result.headers["refused-recipients"] ?? "", /^a@example\.com \(.*550 5\.1\.1/);
  assert.deepEqual(server.mails[0]?.envelope.to, ["o'neill@example.com"]);
});

test("a wrong password is a 535 that does not repeat it", async () => {
  const server = await receiver({ login: { ...login, password: "another" } });
  const result = await send(mailer(`smtp://${userInfo}127.0.0.1:${server.port}`));
  const { body } = assertReply(result, 535);
  assert.match(body, /<secret>/);
  assert.doesNotMatch(body, new RegExp(Buffer.from(password).toString("base64")));
});

test("STARTTLS is required where it is asked for, with a trusted certificate", async () => {
  const server = await receiver({ certificate });
  const url = `smtp://localhost:${server.port}?requireTLS=true`;
  assertFailure(await send(mailer(url)), "tls_failed", false);
  assertReply(await send(mailer(url, { ca: certificate.cert })), 250);
  assert.equal(server.mails[0]?.isEncrypted, true);
  const without = await receiver();
  const refused = await send(mailer(`smtp://localhost:${without.port}?requireTLS=true`));
  assert.notEqual(refused.kind === "response" && refused.status, 250);
  assert.equal(without.mails.length, 0);
});

test("smtps verifies the certificate and its name", async () => {
  const server = await receiver({ certificate, isTls: true });
  const url = (host: string) => `smtps://${host}:${server.port}`;
  assertReply(await send(mailer(url("localhost"), { ca: certificate.cert })), 250);
  assertFailure(await send(mailer(url("localhost"))), "tls_failed", false);
  const ca = certificate.cert;
  assertFailure(await send(mailer(url("127.0.0.1"), { ca })), "tls_failed", false);
  const wrongPort = await receiver();
  assertFailure(await send(mailer(`smtps://localhost:${wrongPort.port}`)), "tls_failed", false);
});

test("nobody listening, and no server set, are failures that say so", async () => {
  const server = await receiver();
  await server.stop();
  assertFailure(await send(mailer(plain(server))), "connection_failed", false);
  const result = await send(mailer(null));
  assertFailure(result, "connection_failed", false);
  assert.match(result.kind === "failure" ? result.detail : "", /EVENT_SINKS_SMTP_URL is not set/);
});

test("the time-out covers everything, and is ambiguous once the mail was handed over", async () => {
  for (const [stage, ambiguous] of [
    ["connect", false],
    ["recipient", false],
    ["data", true],
  ] as const) {
    const clock = createFakeClock();
    const server = await receiver();
    server.hangNext(stage);
    const pending = mailer(plain(server), { clock }).send(mail, 20_000);
    await eventually(() => server.hangCount() === 1, `the session hangs at ${stage}`);
    clock.advance(20_000);
    assertFailure(await pending, "timeout", ambiguous);
  }
});

test("a server that is none, cuts the reply or floods is a failure at once", async () => {
  const talk = async (said: string, isCut: boolean) => {
    const server = await startTcpServer(() => {}, {
      onConnection: (socket) => {
        if (isCut) socket.end(said);
        else socket.write(said);
      },
    });
    running.push(server);
    return send(mailer(plain(server)));
  };
  assertFailure(await talk("HTTP/1.1 400 Bad Request\r\n\r\n", false), "bad_response", false);
  assertFailure(await talk("220 half", true), "connection_failed", false);
  assertFailure(await talk(`220-${"x".repeat(200_000)}`, false), "bad_response", false);
});

test("closing cuts what is in flight, and nothing goes out afterwards", async () => {
  const sockets = new Set<{ destroy(): void }>();
  const silent = createServer((socket) => sockets.add(socket));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const address = silent.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const by = mailer(plain({ port }));
  const pending = send(by);
  await by.close();
  assertFailure(await pending, "timeout", false);
  assertFailure(await send(by), "connection_failed", false);
  for (const socket of sockets) socket.destroy();
  silent.close();
});
