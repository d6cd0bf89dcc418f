/**
 * What must hold for every sink type on the wire: attempts as the engine makes them, through
 * the real clients, at servers that misbehave. Part of `sink-suite.ts`.
 */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  type SmtpReceiver,
  startSmtpReceiver,
  startWebhookReceiver,
  type WebhookReceiver,
} from "@event-sinks/simulators";
import type { AttemptFindings } from "../src/engine/attempt.ts";
import { Secret } from "../src/secret.ts";
import type { SinkType } from "../src/sinks/sink-type.ts";
import { recognisable } from "./support/secret-probe.ts";
import { makeSelfSignedCertificate } from "./support/self-signed-certificate.ts";
import type { SinkCase } from "./support/sink-cases.ts";
import { inputFor } from "./support/sink-steps.ts";
import { startTcpServer } from "./support/tcp-server.ts";
import { openWireBench, smtpPassword, startEcho, type WireBench } from "./support/wire-bench.ts";

const statuses = [
  200, 201, 202, 204, 301, 302, 307, 308, 400, 401, 403, 404, 405, 407, 408, 409, 410, 411, 413,
  415, 418, 422, 425, 429, 431, 451, 500, 501, 502, 503, 504, 520, 522, 530,
];
const replyCodes = [421, 450, 451, 452, 455, 500, 501, 502, 503, 530, 534, 550, 551, 552, 553, 554];

/** What is kept of an answer. */
const keptBytes = 16 * 1024;

export function runWireSuite(sinkType: SinkType, sinkCase: SinkCase): void {
  describe("on the wire", () => {
    const bench = openWireBench(sinkType, sinkCase);
    after(() => bench.close());
    if (sinkType.type === "email") runOverSmtp(bench, sinkType);
    else runOverHttp(bench, sinkType);
    test("a certificate nobody vouches for ends it before anything is sent", async (t) => {
      const scheme = sinkType.type === "email" ? "smtps" : "https";
      const server = await startTcpServer(() => {}, {
        tls: makeSelfSignedCertificate("localhost"),
      });
      t.after(() => server.close());
      assertRetry(await bench.attempt(`${scheme}://localhost:${server.port}`), "tls_failed", false);
    });
    test("nobody there is tried again", async () => {
      const server = await startTcpServer(() => {});
      await server.close();
      const scheme = sinkType.type === "email" ? "smtp" : "http";
      const findings = await bench.attempt(`${scheme}://127.0.0.1:${server.port}`);
      assertRetry(findings, "connection_failed", false);
    });
  });
}

function runOverHttp(bench: WireBench, sinkType: SinkType): void {
  let server: WebhookReceiver;
  before(async () => {
    server = await startWebhookReceiver();
  });
  after(() => server.stop());
  const origin = () => server.url.replace(/\/$/, "");

  test("each status code arrives as the outcome it means", async () => {
    const { eventSink, secrets } = bench.sinkAt(origin());
    const sink = { settings: eventSink.settings, secrets };
    for (const status of statuses) {
      server.behave();
      server.answerNext(1, { status, body: "{}" });
      const { outcome, exchanges } = await bench.attempt(origin());
      assert.equal(exchanges[0]?.response?.status, status);
      const meant = sinkType.outcome(
        { status, headers: {}, body: status === 204 ? "" : "{}" },
        inputFor(sink),
      );
      assert.equal(outcome.kind, meant.kind, String(status));
      if (outcome.kind === "delivered" || meant.kind !== outcome.kind) continue;
      assert.equal(outcome.reason, meant.reason, String(status));
      assert.notEqual(outcome.reason, "internal", outcome.detail);
    }
  });

  test("a redirect is never followed", async () => {
    server.behave();
    const count = server.requests.length;
    server.behaveNext(1, { kind: "redirect", location: `${origin()}/elsewhere`, status: 307 });
    assertRetry(await bench.attempt(origin()), "redirected", false);
    assert.equal(server.requests.length, count + 1);
  });

  test("no answer in time may have been taken", async () => {
    server.behave();
    server.behaveNext(1, { kind: "hang" });
    assertRetry(await bench.attempt(origin(), 200), "timeout", true);
  });

  test("a cut connection may have been taken, half an answer is none", async () => {
    server.behave();
    server.behaveNext(1, { kind: "drop", when: "after_handling" });
    assertRetry(await bench.attempt(origin()), "connection_failed", true);
    server.behave();
    server.behaveNext(1, { kind: "half_response" });
    assertRetry(await bench.attempt(origin()), "connection_failed", true);
  });

  test("a giant answer is cut, whatever its status", async () => {
    for (const status of [200, 202, 400, 500]) {
      server.behave();
      server.behaveNext(1, { kind: "giant_body", bodyBytes: 200_000_000, status });
      const { outcome, exchanges, durationMs } = await bench.attempt(origin());
      assert.ok(outcome.kind === "delivered" || outcome.reason !== "internal");
      assert.ok(durationMs < 5_000, `${durationMs} ms`);
      assert.ok((exchanges[0]?.response?.body.length ?? 0) <= keptBytes);
      assert.ok((outcome.detail ?? "").length < 1_000);
    }
  });

  test("what a server echoes of its request shows no secret, anywhere", async (t) => {
    let status = 200;
    const echo = await startEcho(() => status);
    t.after(() => echo.close());
    for (status of statuses) {
      const findings = await bench.attempt(echo.origin);
      assert.ok(findings.exchanges.length > 0);
      assertNoSecret(bench, echo.origin, findings);
    }
  });
}

function runOverSmtp(bench: WireBench, sinkType: SinkType): void {
  let server: SmtpReceiver;
  before(async () => {
    server = await startSmtpReceiver({ login: { user: "operator", password: smtpPassword } });
  });
  after(() => server.stop());
  const origin = () => `smtp://127.0.0.1:${server.port}`;

  test("a mail is taken, in a thread of its problem, and a retry carries the same id", async () => {
    for (let count = 0; count < 2; count++) {
      const { outcome } = await bench.attempt(origin());
      assert.deepEqual(outcome, { kind: "delivered" });
    }
    const [first, second] = server.mails;
    assert.equal(first?.messageId, second?.messageId);
    assert.match(first?.headers["references"] ?? "", /^<problem-[0-9a-f]{32}@example\.com>$/);
    assert.equal(first?.headers["in-reply-to"], first?.headers["references"]);
    assert.equal(first?.headers["auto-submitted"], "auto-generated");
    assert.deepEqual(server.refusals, []);
  });

  test("each reply code arrives as the outcome it means, at each command", async () => {
    const { eventSink, secrets } = bench.sinkAt(origin());
    const mailSink = { settings: eventSink.settings, secrets };
    for (const stage of ["sender", "recipient", "data"] as const) {
      for (const code of replyCodes) {
        server.behave();
        server.refuseNext(stage === "recipient" ? 2 : 1, stage, code, `no ${smtpPassword}`);
        const findings = await bench.attempt(origin());
        const { outcome, exchanges } = findings;
        const response = exchanges[0]?.response;
        assert.ok(response);
        assert.equal(response.status, code, `${stage} ${code}`);
        const meant = sinkType.outcome(response, inputFor(mailSink));
        assert.equal(outcome.kind, meant.kind);
        assert.notEqual(outcome.kind, "delivered");
        assertNoSecret(bench, origin(), findings);
      }
    }
  });

  test("no reply in time may have been taken only once the mail was handed over", async () => {
    for (const [stage, ambiguous] of [
      ["connect", false],
      ["recipient", false],
      ["data", true],
    ] as const) {
      server.behave();
      server.hangNext(stage);
      assertRetry(await bench.attempt(origin(), 400), "timeout", ambiguous);
    }
  });

  test("half a reply, a giant one and one that is not SMTP are no replies", async (t) => {
    const talks = [
      ["220 half", true, "connection_failed"],
      [`220-${"x".repeat(200_000)}`, false, "bad_response"],
      ["HTTP/1.1 200 OK\r\n\r\n", false, "bad_response"],
    ] as const;
    for (const [said, isCut, reason] of talks) {
      const other = await startTcpServer(() => {}, {
        onConnection: (socket) => void (isCut ? socket.end(said) : socket.write(said)),
      });
      t.after(() => other.close());
      assertRetry(await bench.attempt(`smtp://127.0.0.1:${other.port}`), reason, false);
    }
  });
}

function assertRetry({ outcome }: AttemptFindings, reason: string, ambiguous: boolean): void {
  assert.equal(outcome.kind, "retry", JSON.stringify(outcome));
  assert.equal(outcome.reason, reason, outcome.detail);
  assert.equal(outcome.ambiguous ?? false, ambiguous, outcome.detail);
  assert.match(outcome.detail, /^\S.*\.$/);
}

/** In what is recorded, told and logged. */
function assertNoSecret(bench: WireBench, origin: string, findings: AttemptFindings): void {
  const { sinkType, secrets, eventSink } = bench.sinkAt(origin);
  const text = JSON.stringify(findings) + bench.log.join("\n");
  // A webhook's signing secret is made anew for each sink and is in no request.
  const known = Object.fromEntries(
    Object.entries(secrets).filter(([name]) => name !== "signing_secret"),
  );
  const probes = recognisable({ ...known, smtp: new Secret(smtpPassword) });
  for (const [name, part] of probes) {
    assert.ok(!text.includes(part), `${name} of ${sinkType.type} shows in ${text}`);
    assert.ok(!JSON.stringify(eventSink).includes(part));
  }
}
