import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import {
  allowedNames,
  allowedSpellings,
  closedToNames,
  disguisedHosts,
  forbiddenAddresses,
  hostileUrls,
  namesBesideAllowed,
  nonsenseAnswers,
} from "../../test/support/hostile-targets.ts";
import { startTcpServer, type TcpServer } from "../../test/support/tcp-server.ts";
import { systemClock } from "../clock.ts";
import { createAddressGuard } from "./address-guard.ts";
import { createConnector } from "./connect.ts";
import { createOutbound } from "./create-outbound.ts";
import { ConnectError } from "./failure.ts";
import type { OutboundPolicy, OutboundResult } from "./outbound.ts";

/** Ones in use, so that the guard is not closed altogether. */
const publicAddresses = [
  ...["1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "93.184.215.14", "100.63.255.255"],
  ...["100.128.0.0", "126.255.255.255", "128.0.0.1", "168.63.129.15", "168.63.129.17"],
  ...["169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0"],
  ...["192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255"],
  ...["2001:200::1", "2001:4860:4860::8888", "2606:4700:4700::1111", "2620:fe::fe"],
  ...["2a00:1450:4001::1", "2003::1", "2620:4f:8001::1", "3ffe::1", "2c0f::1"],
];

const ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

let trap: TcpServer;
before(async () => {
  // Both families where the machine has IPv6.
  trap = await startTcpServer(() => {}, { host: "::" }).catch(() =>
    startTcpServer(() => {}, { host: "0.0.0.0" }),
  );
});
after(() => trap.close());

async function sendTo(
  url: string,
  options: {
    answers?: readonly string[];
    policy?: OutboundPolicy;
    allowCidrs?: readonly string[];
    allowHosts?: readonly string[];
  } = {},
): Promise<OutboundResult> {
  const outbound = createOutbound({
    allowCidrs: options.allowCidrs ?? [],
    allowHosts: options.allowHosts ?? [],
    resolve: async () => options.answers ?? ["127.0.0.1"],
  });
  try {
    const policy = options.policy ?? "public";
    return await outbound.send({
      method: "POST",
      url,
      headers: {},
      body: "secret",
      policy,
      timeoutMs: 5_000,
    });
  } finally {
    await outbound.close();
  }
}

function assertBlocked(result: OutboundResult, what: string): void {
  assert.equal(result.kind, "failure", what);
  assert.equal(result.reason, "blocked_address", `${what}: ${result.detail}`);
  assert.equal(result.ambiguous, false, what);
}

function urlOf(address: string): string {
  return `http://${address.includes(":") ? `[${address}]` : address}:${trap.port}/`;
}

describe("the address guard", () => {
  it("passes public addresses", () => {
    const guard = createAddressGuard([]);
    for (const address of publicAddresses) assert.equal(guard(address), true, address);
  });

  it("passes no IPv4 address in whatever IPv6 wrapping", () => {
    const guard = createAddressGuard([]);
    const word = fc.integer({ min: 0, max: 0xffff }).map((n) => n.toString(16));
    const prefixes = ["::", "::ffff:", "::ffff:0:", "64:ff9b::", "2002:", "2001:0:"];
    fc.assert(
      fc.property(fc.constantFrom(...prefixes), word, word, (prefix, high, low) => {
        const tail = prefix.endsWith("::") || prefix.startsWith("::") ? "" : "::";
        assert.equal(guard(`${prefix}${high}:${low}${tail}`), false);
      }),
    );
  });

  it("passes what the operator lists, and nothing beside it", () => {
    const guard = createAddressGuard(["10.1.0.0/16", "192.168.1.5", "fd00:1::/32", "::1"]);
    const passed = ["10.1.0.0", "10.1.255.255", "192.168.1.5", "fd00:1:2::3", "::1", "8.8.8.8"];
    const refused = ["10.0.255.255", "10.2.0.0", "192.168.1.4", "192.168.1.6", "fd00:2::1"];
    for (const address of passed) assert.equal(guard(address), true, address);
    for (const address of [...refused, "::ffff:10.1.0.1", "::2", "fd00:1::1%eth0"]) {
      assert.equal(guard(address), false, address);
    }
  });
});

describe("a request that would leave the public internet", () => {
  it("is tried in more than 150 ways here", () => {
    const lists = [forbiddenAddresses, disguisedHosts, hostileUrls, nonsenseAnswers];
    assert.ok(new Set(lists.flat()).size > 150);
  });

  const policies = ["public", "operator"] as const;
  for (const policy of policies) {
    it(`is refused for each forbidden address and disguise, as ${policy}`, async () => {
      const urls = [
        ...forbiddenAddresses.map(urlOf),
        ...disguisedHosts.map((host) => `http://${host}:${trap.port}/`),
        ...disguisedHosts.map((host) => `https://${host}:${trap.port}/`),
        ...hostileUrls,
      ];
      for (const url of urls) assertBlocked(await sendTo(url, { policy }), url);
      assert.equal(trap.connectionCount(), 0);
    });

    it(`is refused for each forbidden answer of DNS, alone or beside a public one, as ${policy}`, async () => {
      const url = `http://hook.test:${trap.port}/`;
      for (const answer of [...forbiddenAddresses, ...nonsenseAnswers]) {
        for (const answers of [[answer], ["93.184.215.14", answer], [answer, "2606:4700::1"]]) {
          assertBlocked(await sendTo(url, { answers, policy }), answers.join());
        }
      }
      assert.equal(trap.connectionCount(), 0);
    });
  }

  it("tells nobody which address a name has inside", async () => {
    const result = await sendTo("http://hook.test/", { answers: ["10.20.30.40"] });
    assert.equal(result.kind, "failure");
    assert.doesNotMatch(result.detail, /10\.20/);
    assert.match(result.detail, /EVENT_SINKS_ALLOW_CIDRS/);
  });
});

describe("what the operator allows", () => {
  it("is open to the policy operator alone, even while its connection is open", async () => {
    const server = await startTcpServer((socket) => socket.write(ok));
    const outbound = createOutbound({ allowCidrs: ["127.0.0.0/8"] });
    const send = (policy: OutboundPolicy) => {
      const url = `http://127.0.0.1:${server.port}/`;
      return outbound.send({ method: "GET", url, headers: {}, body: "", policy, timeoutMs: 5_000 });
    };
    assert.equal((await send("operator")).kind, "response");
    assertBlocked(await send("public"), "public");
    assert.equal(server.connectionCount(), 1);
    await outbound.close();
    await server.close();
  });

  it("is no matter for the policy vendor, which reaches anything", async () => {
    const server = await startTcpServer((socket) => socket.write(ok));
    const result = await sendTo(`http://127.0.0.1:${server.port}/`, { policy: "vendor" });
    assert.equal(result.kind, "response");
    await server.close();
  });

  it("includes localhost by name when its IPv4 address is allowed and its IPv6 address is not", async () => {
    const server = await startTcpServer((socket) => socket.write(ok));
    const url = `http://localhost:${server.port}/`;
    const result = await sendTo(url, {
      policy: "operator",
      allowCidrs: ["127.0.0.0/8"],
      answers: ["8.8.8.8"],
    });
    assert.equal(result.kind, "response");
    await server.close();
  });
});

describe("a name that the operator allows", () => {
  const allowHosts = allowedNames;
  const answers = ["127.0.0.1"];

  it("leads inside however it is spelt, for the policy operator alone", async () => {
    const server = await startTcpServer((socket) => socket.write(ok));
    for (const host of allowedSpellings) {
      const url = `http://${host}:${server.port}/`;
      const result = await sendTo(url, { policy: "operator", allowHosts, answers });
      assert.equal(result.kind, "response", `${host}: ${JSON.stringify(result)}`);
      assertBlocked(await sendTo(url, { policy: "public", allowHosts, answers }), host);
    }
    assert.equal(server.connectionCount(), allowedSpellings.length);
    await server.close();
  });

  it("opens nothing for a name that looks like it", async () => {
    for (const host of namesBesideAllowed) {
      const [authority = "", ...rest] = host.split(/(?=[/?#\\])/);
      const url = `http://${authority}:${trap.port}${rest.join("")}`;
      assertBlocked(await sendTo(url, { policy: "operator", allowHosts, answers }), url);
    }
    assert.equal(trap.connectionCount(), 0);
  });

  it("leads to no metadata service, alone or beside an address inside", async () => {
    const url = `http://hooks.corp.test:${trap.port}/`;
    for (const answer of closedToNames) {
      for (const all of [[answer], ["127.0.0.1", answer], [answer, "10.0.0.1"]]) {
        const result = await sendTo(url, { policy: "operator", allowHosts, answers: all });
        assertBlocked(result, all.join());
      }
    }
    assert.equal(trap.connectionCount(), 0);
  });

  it("may be localhost, which is asked of nobody", async () => {
    const server = await startTcpServer((socket) => socket.write(ok), { host: "127.0.0.1" });
    const result = await sendTo(`http://LOCALHOST.:${server.port}/`, {
      policy: "operator",
      allowHosts: ["localhost"],
      answers: ["93.184.215.14"],
    });
    assert.equal(result.kind, "response");
    await server.close();
  });
});

describe("a name that changes its address", () => {
  it("is checked anew for each connection", async () => {
    const server = await startTcpServer((socket) =>
      socket.end("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n"),
    );
    const answers = [["127.0.0.1"], ["127.0.0.2"], ["127.0.0.1"]];
    const outbound = createOutbound({
      allowCidrs: ["127.0.0.1"],
      resolve: async () => answers.shift() ?? [],
    });
    const kinds: string[] = [];
    for (let n = 0; n < 3; n++) {
      const result = await outbound.send({
        method: "GET",
        url: `http://hook.test:${server.port}/`,
        headers: {},
        body: "",
        policy: "operator",
        timeoutMs: 5_000,
      });
      kinds.push(result.kind === "failure" ? result.reason : result.kind);
    }
    assert.deepEqual(kinds, ["response", "blocked_address", "response"]);
    await outbound.close();
    await server.close();
  });

  it("is refused when the socket ends up where the check had not been", async () => {
    const server = await startTcpServer(() => {});
    let checks = 0;
    const connect = createConnector({
      resolve: async () => ["127.0.0.1"],
      guard: () => ++checks === 1,
      connectTimeoutMs: 5_000,
      clock: systemClock,
      ca: undefined,
      connecting: new Set(),
    });
    const error = await new Promise((resolve) =>
      connect(
        { hostname: "hook.test", protocol: "http:", port: String(server.port) },
        (failure, socket) => resolve(failure ?? socket),
      ),
    );
    assert.ok(error instanceof ConnectError);
    assert.equal(error.reason, "blocked_address");
    await server.idle();
    await server.close();
  });

  it("is asked for once by many connections at the same time", async () => {
    const server = await startTcpServer((socket) => socket.write(ok));
    let questions = 0;
    const outbound = createOutbound({
      allowCidrs: ["127.0.0.1"],
      resolve: async () => {
        questions++;
        await new Promise(setImmediate);
        return ["127.0.0.1"];
      },
    });
    const url = `http://hook.test:${server.port}/`;
    const sent = Array.from({ length: 20 }, () =>
      outbound.send({
        method: "GET",
        url,
        headers: {},
        body: "",
        policy: "operator",
        timeoutMs: 5_000,
      }),
    );
    for (const result of await Promise.all(sent)) assert.equal(result.kind, "response");
    assert.ok(server.connectionCount() > 1);
    assert.equal(questions, 1);
    await outbound.close();
    await server.close();
  });
});
