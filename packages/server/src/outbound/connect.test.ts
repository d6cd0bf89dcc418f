import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createFakeClock } from "../../test/support/fake-clock.ts";
import {
  answer,
  assertFailure,
  assertResponse,
  make,
  post,
  serve,
} from "../../test/support/outbound-cases.ts";
import { makeSelfSignedCertificate } from "../../test/support/self-signed-certificate.ts";

describe("a connection that is not made", () => {
  it("is refused where nobody listens", async () => {
    const server = await serve(() => {});
    await server.close();
    assertFailure(await make().send(post(server)), "connection_failed", false);
  });

  it("fails where the name has no address", async () => {
    const server = await serve(() => {});
    const request = post(server, { url: `http://nobody.test:${server.port}/hook` });
    const unknown = make({ resolve: () => Promise.reject(new Error("ENOTFOUND")) });
    assertFailure(await unknown.send(request), "connection_failed", false);
    assertFailure(
      await make({ resolve: async () => [] }).send(request),
      "connection_failed",
      false,
    );
  });

  it("times out while the name is resolved, and a late address is not used", async () => {
    const clock = createFakeClock();
    const server = await serve(() => {});
    const question = Promise.withResolvers<readonly string[]>();
    const asked = Promise.withResolvers<void>();
    const resolve = () => {
      asked.resolve();
      return question.promise;
    };
    const outbound = make({ clock, resolve, connectTimeoutMs: 2_000 });
    const sent = outbound.send(post(server, { url: `http://slow.test:${server.port}/hook` }));
    await asked.promise;
    clock.advance(2_000);
    assertFailure(await sent, "timeout", false);
    question.resolve(["127.0.0.1"]);
    await new Promise(setImmediate);
    assert.equal(server.connectionCount(), 0);
  });

  it("counts against the total time too", async () => {
    const clock = createFakeClock();
    const server = await serve(() => {});
    const asked = Promise.withResolvers<void>();
    const question = Promise.withResolvers<readonly string[]>();
    const resolve = () => {
      asked.resolve();
      return question.promise;
    };
    const outbound = make({ clock, resolve });
    const url = `http://slow.test:${server.port}/hook`;
    const sent = outbound.send(post(server, { url, timeoutMs: 1_000 }));
    await asked.promise;
    clock.advance(1_000);
    assertFailure(await sent, "timeout", false);

    // The connection is made after all: the request that was given up must not go over it.
    question.resolve(["127.0.0.1"]);
    const next = outbound.send(post(server, { url, body: "next", timeoutMs: 1_000 }));
    assert.match(await server.request(1), /next$/);
    clock.advance(1_000);
    assertFailure(await next, "timeout", true);
  });

  it("waits for a free one within the total time", async () => {
    const clock = createFakeClock();
    const server = await serve(() => {});
    const outbound = make({ clock, connectionsMax: 1 });
    const first = outbound.send(post(server, { timeoutMs: 2_000 }));
    const second = outbound.send(post(server, { timeoutMs: 1_000 }));
    await server.request(1);
    clock.advance(1_000);
    assertFailure(await second, "timeout", false);
    clock.advance(1_000);
    assertFailure(await first, "timeout", true);
  });
});

describe("TLS", () => {
  const trusted = makeSelfSignedCertificate("sink.test");
  const resolve = async () => ["127.0.0.1"];

  it("works where the certificate is trusted and names the host, over the pinned address", async () => {
    const server = await serve((socket) => socket.write(answer("ok")), { tls: trusted });
    const outbound = make({ resolve, ca: trusted.cert });
    for (const host of ["sink.test", "a.sink.test", "sink.test."]) {
      const request = post(server, { url: `https://${host}:${server.port}/hook` });
      assertResponse(await outbound.send(request));
    }
  });

  const wrong = {
    "a certificate nobody vouches for": { options: {}, host: "sink.test" },
    "a certificate for another name": { options: { ca: trusted.cert }, host: "other.test" },
  };
  for (const [what, { options, host }] of Object.entries(wrong)) {
    it(`fails with ${what}, at every try`, async () => {
      const server = await serve((socket) => socket.write(answer("ok")), { tls: trusted });
      const outbound = make({ resolve, ...options });
      const request = post(server, { url: `https://${host}:${server.port}/hook` });
      for (let n = 0; n < 3; n++) assertFailure(await outbound.send(request), "tls_failed", false);
    });
  }

  it("fails where the peer does not speak it", async () => {
    const plain = await serve(() => {}, {
      onConnection: (socket) => socket.on("data", () => socket.end("HTTP/1.1 400 Bad\r\n\r\n")),
    });
    const closing = await serve(() => {}, { onConnection: (socket) => socket.end() });
    for (const server of [plain, closing]) {
      const url = `https://127.0.0.1:${server.port}/hook`;
      assertFailure(await make().send(post(server, { url })), "tls_failed", false);
    }
  });

  it("times out where the handshake hangs", async () => {
    const clock = createFakeClock();
    const reached = Promise.withResolvers<void>();
    const server = await serve(() => {}, { onConnection: () => reached.resolve() });
    const url = `https://127.0.0.1:${server.port}/hook`;
    const sent = make({ clock, connectTimeoutMs: 2_000 }).send(post(server, { url }));
    await reached.promise;
    clock.advance(2_000);
    assertFailure(await sent, "timeout", false);
    await server.idle();
  });
});
