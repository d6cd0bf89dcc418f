import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { startTcpServer, type TcpServer } from "../../test/support/tcp-server.ts";
import { systemClock } from "../clock.ts";
import { createAddressGuard } from "./address-guard.ts";
import { createConnector } from "./connect.ts";
import { createOutbound } from "./create-outbound.ts";
import { ConnectError } from "./failure.ts";
import type { OutboundPolicy, OutboundResult } from "./outbound.ts";

/** First and last addresses of every range that is refused, and what hides in them. */
const forbiddenAddresses = [
  ...["0.0.0.0", "0.0.0.1", "0.255.255.255", "10.0.0.0", "10.0.0.1", "10.255.255.255"],
  ...["100.64.0.0", "100.100.100.200", "100.127.255.255", "127.0.0.0", "127.0.0.1"],
  ...["127.0.0.53", "127.255.255.255", "168.63.129.16", "169.254.0.0", "169.254.169.254"],
  ...["169.254.170.2", "169.254.255.255", "172.16.0.0", "172.17.0.1", "172.31.255.255"],
  ...["192.0.0.0", "192.0.0.8", "192.0.0.170", "192.0.0.255", "192.0.2.0", "192.0.2.255"],
  ...["192.31.196.0", "192.52.193.0", "192.88.99.0", "192.88.99.255", "192.168.0.0"],
  ...["192.168.1.1", "192.168.255.255", "192.175.48.0", "198.18.0.0", "198.19.255.255"],
  ...["198.51.100.0", "198.51.100.255", "203.0.113.0", "203.0.113.255", "224.0.0.0"],
  ...["224.0.0.251", "239.255.255.255", "240.0.0.0", "255.255.255.254", "255.255.255.255"],
  ...["::", "::1", "::2", "::7f00:1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1"],
  ...["::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1", "::ffff:8.8.8.8"],
  ...["64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::808:808", "64:ff9b:1::a00:1"],
  ...["100::1", "100:0:0:1::1", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001::1"],
  ...["2001:0:7f00:1::", "2001:2::1", "2001:10::1", "2001:20::1", "2001:1ff:ffff::1"],
  ...["2001:db8::", "2001:db8::1", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
  ...["2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::1", "2002:a9fe:a9fe::1"],
  ...["2620:4f:8000::1", "3fff::1", "3fff:fff:ffff::1", "4000::1", "5f00::1", "8000::1"],
  ...["fc00::1", "fd00::1", "fd00:ec2::254", "fd20:ce::254", "fdff:ffff::1", "fe80::1"],
  ...["fe80::a9fe:a9fe", "febf:ffff::1", "fec0::1", "feff::1", "ff00::1", "ff02::1", "ffff::1"],
];

/** What DNS may answer that is no plain address at all. */
const nonsenseAnswers = [
  ...["fe80::1%eth0", "::1%lo", "2606:4700::1%eth0", "127.1", "0x7f.1", "2130706433"],
  ...["0177.0.0.1", "localhost", "", " 127.0.0.1", "127.0.0.1 ", "[::1]", "127.0.0.1:80"],
];

/** Hosts that mean a forbidden address without looking like it. */
const disguisedHosts = [
  ...["127.1", "127.0.1", "2130706433", "0x7f000001", "0x7F.1", "0x7f.0x0.0x0.0x1", "0"],
  ...["017700000001", "0177.0.0.1", "0177.0.0.01", "0x0", "00", "0x", "127.0.0.1.", "127.1."],
  ...["１２７．０．０．１", "127。0。0。1", "127｡0｡0｡1", "①②⑦.⓪.⓪.①", "%31%32%37.0.0.1"],
  ...["127%2E0%2E0%2E1", "0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "169.254.43518"],
  ...["3232235777", "0xc0a80101", "167772161", "10.1", "4294967295", "0xA83F8110"],
  ...["[::ffff:127.0.0.1]", "[0:0:0:0:0:ffff:7f00:1]", "[0000::0001]", "[::127.0.0.1]"],
  ...["[64:ff9b::127.0.0.1]", "[2002:7F00:0001::]", "[FE80::1]", "[fD00:EC2::254]"],
  ...["localhost", "LOCALHOST", "localhost.", "a.localhost", "a.b.LocalHost.", "ｌocalhost"],
  ...["loc\u00adalhost", "local%68ost"],
];

/** URLs that no request may be made for, wherever they lead. */
const hostileUrls = [
  ...["file:///etc/passwd", "ftp://93.184.215.14/", "gopher://93.184.215.14:70/_", "data:,x"],
  ...["javascript:1", "ws://93.184.215.14/", "wss://93.184.215.14/", "dict://127.0.0.1:11211/"],
  ...["ldap://127.0.0.1/", "blob:http://127.0.0.1/1", "unix:/var/run/docker.sock", "about:blank"],
  ...["", " ", "/hook", "//127.0.0.1/", "http://", "http:///", "https://[", "http://a b/"],
  ...["http://[fe80::1%25eth0]/", "http://[::1", "http://1.2.3.4.5/", "http://256.256.256.256/"],
  ...["http://0x100000000/", "http://93.184.215.14:99999/", "http://user@93.184.215.14/"],
  ...["http://user:word@93.184.215.14/", "http://:word@93.184.215.14/", "http://%00/"],
  ...["http://93.184.215.14@127.0.0.1/", "http://127.0.0.1#@93.184.215.14/"],
  ...["http://127.0.0.1?@93.184.215.14/", "http:\\\\127.0.0.1\\", "http:127.0.0.1", "http:/127.1"],
  ...["http://127.0.0.1\t/", "\thttp://127.0.0.1/", "ht\ntp://127.0.0.1/"],
];

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
  } = {},
): Promise<OutboundResult> {
  const outbound = createOutbound({
    allowCidrs: options.allowCidrs ?? [],
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
