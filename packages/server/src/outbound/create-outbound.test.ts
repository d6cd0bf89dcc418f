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
import type { Behaviour } from "../../test/support/tcp-server.ts";
import { createOutbound } from "./create-outbound.ts";

describe("a complete answer", () => {
  it("comes back with status, headers and body, and the request arrived as given", async () => {
    const server = await serve((socket) =>
      socket.write(
        `HTTP/1.1 418 Teapot\r\nX-One: 1\r\nset-cookie: a\r\nset-cookie: b\r\nconstructor: c\r\ncontent-length: 3\r\n\r\n\u00fc!`,
      ),
    );
    const result = await make().send(post(server));
    assertResponse(result);
    assert.equal(result.status, 418);
    assert.equal(result.headers["x-one"], "1");
    assert.equal(result.headers["set-cookie"], "a, b");
    assert.equal(result.headers["constructor"], "c");
    assert.equal(result.body, "ü!");
    assert.equal(result.isBodyCut, false);
    const request = await server.request(1);
    assert.match(request, /^POST \/hook\?a=1 HTTP\/1\.1\r\n/);
    assert.match(request, new RegExp(`\r\nhost: 127\\.0\\.0\\.1:${server.port}\r\n`));
    assert.match(request, /\r\ncontent-length: 10\r\n/);
    assert.equal(Buffer.from(request.slice(-10), "latin1").toString(), '{"a":"ü"}');
  });

  it("may come in chunks, after early hints, and until the connection closes", async () => {
    const server = await serve((socket) => {
      socket.write("HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n");
      socket.end("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nto the end");
    });
    const result = await make().send(post(server, { method: "GET", body: "" }));
    assertResponse(result);
    assert.equal(result.status, 200);
    assert.equal(result.body, "to the end");
    assert.doesNotMatch(await server.request(1), /content-length/);
  });

  it("keeps the connection for the next request", async () => {
    const server = await serve((socket) => socket.write(answer("ok")));
    const outbound = make({ connectionsMax: 1 });
    for (let n = 0; n < 5; n++) assertResponse(await outbound.send(post(server)));
    assert.equal(server.connectionCount(), 1);
  });

  it("that is a redirect is returned, not followed", async () => {
    const trap = await serve((socket) => socket.write(answer("trapped")));
    const server = await serve((socket) =>
      socket.write(
        answer("", `location: http://127.0.0.1:${trap.port}/\r\n`).replace("200", "302"),
      ),
    );
    const result = await make().send(post(server));
    assertResponse(result);
    assert.equal(result.status, 302);
    assert.equal(trap.connectionCount(), 0);
  });

  it("that is compressed is not unpacked", async () => {
    const server = await serve((socket) =>
      socket.write(answer("raw", "content-encoding: gzip\r\n")),
    );
    const result = await make().send(post(server));
    assertResponse(result);
    assert.equal(result.body, "raw");
  });

  it("with a giant body is cut, and the rest is not downloaded", async () => {
    let writtenBytes = 0;
    const server = await serve((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n");
      const chunk = "ü".repeat(32 * 1024);
      const pour = () => {
        while (!socket.destroyed && socket.write(chunk)) writtenBytes += 64 * 1024;
      };
      socket.on("drain", pour);
      pour();
    });
    const result = await make().send(post(server));
    assertResponse(result);
    assert.equal(result.body, "ü".repeat(8 * 1024));
    assert.equal(result.isBodyCut, true);
    await server.idle();
    assert.ok(writtenBytes < 50_000_000, `${writtenBytes} bytes were taken`);
  });

  it("with a body of exactly the limit is whole; one byte less of a limit cuts a character away", async () => {
    const server = await serve((socket) => socket.write(answer("ü".repeat(5))));
    const whole = await make().send(post(server, { responseBytesMax: 10 }));
    assertResponse(whole);
    assert.deepEqual([whole.body, whole.isBodyCut], ["üüüüü", false]);
    const cut = await make().send(post(server, { responseBytesMax: 9 }));
    assertResponse(cut);
    assert.deepEqual([cut.body, cut.isBodyCut], ["üüüü", true]);
  });

  it("does not depend on proxy variables", async () => {
    const proxy = await serve((socket) => socket.write(answer("proxied")));
    const server = await serve((socket) => socket.write(answer("direct")));
    const names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"];
    for (const name of names) process.env[name] = `http://127.0.0.1:${proxy.port}`;
    try {
      const result = await make().send(post(server));
      assertResponse(result);
      assert.equal(result.body, "direct");
      assert.equal(proxy.connectionCount(), 0);
    } finally {
      for (const name of names) delete process.env[name];
    }
  });
});

const misbehaviours: { name: string; behave: Behaviour; reason: string }[] = [
  {
    name: "resets before answering",
    behave: (socket) => socket.resetAndDestroy(),
    reason: "connection_failed",
  },
  {
    name: "closes before answering",
    behave: (socket) => socket.end(),
    reason: "connection_failed",
  },
  {
    name: "resets within the headers",
    behave: (socket) =>
      socket.write("HTTP/1.1 200 OK\r\nx-a:", () => setImmediate(() => socket.resetAndDestroy())),
    reason: "connection_failed",
  },
  {
    name: "closes within a body of known length",
    behave: (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"),
    reason: "connection_failed",
  },
  {
    name: "closes within a chunked body",
    behave: (socket) =>
      socket.end("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\nhalf"),
    reason: "connection_failed",
  },
  {
    name: "closes within a chunked body it said it would close after",
    behave: (socket) =>
      socket.end(
        "HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n10\r\nhalf",
      ),
    reason: "connection_failed",
  },
  {
    name: "answers garbage",
    behave: (socket) => socket.end("SSH-2.0-OpenSSH_9.6\r\n"),
    reason: "bad_response",
  },
  {
    name: "answers a chunk size that is none",
    behave: (socket) =>
      socket.end("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhalf"),
    reason: "bad_response",
  },
  {
    name: "closes within a body of known length it said it would close after",
    behave: (socket) =>
      socket.end("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 100\r\n\r\nhalf"),
    reason: "connection_failed",
  },
  {
    name: "answers giant headers",
    behave: (socket) => socket.write(`HTTP/1.1 200 OK\r\n${"x-a: 1234567890\r\n".repeat(5_000)}`),
    reason: "bad_response",
  },
  {
    name: "answers one giant header",
    behave: (socket) => socket.write(`HTTP/1.1 200 OK\r\nx-a: ${"a".repeat(100_000)}`),
    reason: "bad_response",
  },
  {
    name: "switches protocols unasked",
    behave: (socket) =>
      socket.write("HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"),
    reason: "bad_response",
  },
  {
    name: "answers 100 Continue unasked",
    behave: (socket) => socket.write("HTTP/1.1 100 Continue\r\n\r\n"),
    reason: "bad_response",
  },
];

describe("a peer that misbehaves", () => {
  for (const { name, behave, reason } of misbehaviours) {
    it(`and ${name} is a ${reason}, and the request may have arrived`, async () => {
      const server = await serve(behave);
      assertFailure(await make().send(post(server)), reason, true);
      await server.idle();
    });
  }

  const drip: Behaviour = (socket) => {
    socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n");
    const timer = setInterval(() => socket.write("."), 1);
    socket.on("close", () => clearInterval(timer));
  };
  const hints: Behaviour = (socket) => {
    const timer = setInterval(() => socket.write("HTTP/1.1 103 Hints\r\n\r\n"), 1);
    socket.on("close", () => clearInterval(timer));
  };
  const slow = { "says nothing": () => {}, "drips its body": drip, "only ever hints": hints };

  for (const [name, behave] of Object.entries(slow)) {
    it(`and ${name} is a timeout after the time given, and the connection is closed`, async () => {
      const clock = createFakeClock();
      const server = await serve(behave);
      const sent = make({ clock }).send(post(server, { timeoutMs: 30_000 }));
      await server.request(1);
      clock.advance(30_000);
      assertFailure(await sent, "timeout", true);
      assert.equal(clock.nextTimerAt(), null);
      await server.idle();
    });
  }

  it("and answers the next request of a connection with a reset is not asked again", async () => {
    const server = await serve((socket, n) =>
      n === 1 ? socket.write(answer("ok")) : socket.resetAndDestroy(),
    );
    const outbound = make({ connectionsMax: 1 });
    assertResponse(await outbound.send(post(server)));
    assertFailure(await outbound.send(post(server)), "connection_failed", true);
    assert.equal(server.connectionCount(), 1);
  });

  for (const [how, end] of [
    ["closes", "end"],
    ["resets", "resetAndDestroy"],
  ] as const) {
    it(`and ${how} an idle connection costs nothing: the request goes over another`, async () => {
      const server = await serve((socket) => {
        socket.write(answer("ok"), () => socket[end]());
      });
      const outbound = make();
      for (let n = 1; n <= 20; n++) {
        assertResponse(await outbound.send(post(server)));
        await server.idle();
      }
      assert.equal(server.connectionCount(), 20);
    });
  }
});

describe("closing", () => {
  it("ends what is in flight and what is on its way, and refuses what comes after", async () => {
    const server = await serve(() => {});
    const outbound = createOutbound({
      allowCidrs: ["127.0.0.0/8"],
      resolve: () => new Promise(() => {}),
    });
    const inFlight = outbound.send(post(server));
    const onItsWay = outbound.send(post(server, { url: "http://slow.test/hook", timeoutMs: 100 }));
    await server.request(1);
    await outbound.close();
    assertFailure(await inFlight, "connection_failed", true);
    assertFailure(await onItsWay, "connection_failed", false);
    assertFailure(await outbound.send(post(server)), "connection_failed", false);
    await server.idle();
  });
});

describe("a request that HTTP cannot carry", () => {
  it("is a bug of whoever made it, and thrown without its values", async () => {
    const server = await serve(() => {});
    for (const headers of [{ "x-a": "se\ncret" }, { "transfer-encoding": "secret" }]) {
      await assert.rejects(make().send(post(server, { headers })), (error: Error) => {
        assert.doesNotMatch(error.message, /secret|se\ncret/);
        return true;
      });
    }
    assert.equal(server.connectionCount(), 0);
  });
});
