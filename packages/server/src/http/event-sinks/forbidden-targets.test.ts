/**
 * Hostile URLs and names through the API: each is refused when it is saved, or its request
 * ends `blocked_address` without a connection. `outbound/address-guard.test.ts` has the same
 * targets at the client itself.
 */

import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { after, before, beforeEach, describe, it } from "node:test";
import { type FreshHttp, openFreshHttp, operatorKey } from "../../../test/support/fresh-http.ts";
import {
  disguisedHosts,
  forbiddenAddresses,
  hostileUrls,
  nonsenseAnswers,
} from "../../../test/support/hostile-targets.ts";
import { startTcpServer, type TcpServer } from "../../../test/support/tcp-server.ts";

const tenant = "acme";
let trap: TcpServer;
let http: FreshHttp;
let tenantKey: string;
/** What DNS answers next. */
let answers: readonly string[] = [];
/** Sockets that any code of this process has begun to connect. */
let connecting = 0;
const count = () => {
  connecting++;
};

before(async () => {
  trap = await startTcpServer((socket) => socket.end("HTTP/1.1 200 OK\r\n\r\n"), {
    host: "::",
  }).catch(() =>
    startTcpServer((socket) => socket.end("HTTP/1.1 200 OK\r\n\r\n"), { host: "0.0.0.0" }),
  );
  http = await openFreshHttp({ settings: { allowCidrs: [] }, resolve: async () => answers });
  tenantKey = await http.tenantKey(tenant);
  subscribe("net.client.socket", count);
});
after(async () => {
  unsubscribe("net.client.socket", count);
  await http.close();
  await trap.close();
});
beforeEach(() => {
  connecting = 0;
});

const sinkOf = (url: string) => ({
  tenant_id: tenant,
  name: "W",
  description: "",
  event_sink_args: { Webhook: { url } },
});

const save = (url: string, key: string) =>
  http.call("POST", "/v1/event_sink", sinkOf(url), { key });

/** Sends through a sink. @returns the reason of the attempt. */
async function reasonOf(id: string): Promise<string | null> {
  const { json } = await http.call("POST", `/v1/event_sink/${id}/test`);
  return json.attempt.reason;
}

function urlOf(host: string): string {
  return `http://${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}:${trap.port}/`;
}

/** Refused at once with a sentence for this field, or refused at each send. */
async function assertStopped(url: string, key: string): Promise<void> {
  const saved = await save(url, key);
  if (saved.status === 200) {
    assert.equal(await reasonOf(saved.json.event_sink.id), "blocked_address", url);
    return;
  }
  assert.equal(saved.status, 400, `${url}: ${saved.text}`);
  assert.match(saved.json.details[0].path, /^event_sink_args\.Webhook\.url$/, url);
  assert.match(saved.json.error, /\.$/);
}

describe("a URL that leads inside", () => {
  for (const who of ["tenant", "operator"] as const) {
    it(`is refused when the ${who} saves it, with the cure`, async () => {
      const key = who === "tenant" ? tenantKey : operatorKey;
      for (const host of [...forbiddenAddresses, ...disguisedHosts]) {
        const { status, json, text } = await save(urlOf(host), key);
        assert.equal(status, 400, `${host}: ${text}`);
        assert.match(json.error, /EVENT_SINKS_ALLOW_CIDRS|no URL/, host);
      }
      for (const url of hostileUrls) await assertStopped(url, key);
      const { json } = await http.call("GET", `/v1/event_sink?tenant_id=${tenant}`);
      assert.deepEqual(json.data.event_sinks, []);
      assert.deepEqual([connecting, trap.connectionCount()], [0, 0]);
    });
  }

  it("cannot be put into a sink that is there", async () => {
    const made = await save("https://93.184.215.14/hook", tenantKey);
    const { id } = made.json.event_sink;
    for (const host of [...forbiddenAddresses, ...disguisedHosts]) {
      const body = { id, event_sink_args: { Webhook: { url: urlOf(host) } } };
      const { status, text } = await http.call("PUT", `/v1/event_sink/${id}`, body);
      assert.equal(status, 400, `${host}: ${text}`);
    }
    const got = await http.call("GET", `/v1/event_sink/${id}`);
    assert.deepEqual(got.json, made.json);
    await http.call("DELETE", `/v1/event_sink/${id}`);
  });
});

describe("a URL that is a secret", () => {
  const paths = {
    MicrosoftTeams: "workflows/0123456789abcdef/triggers/manual/paths/invoke?sig=0123456789abcdef",
    Discord:
      "api/webhooks/223704706495545344/3d89bb7572e0fb30d8128367b3b1b44fecd1726de135cbe28a41f8b2f777c372ba",
  };
  for (const [wireName, path] of Object.entries(paths)) {
    it(`leads inside no more than others do: ${wireName}`, async () => {
      const saveAt = (host: string) => {
        const event_sink_args = { [wireName]: { url: urlOf(host) + path } };
        return http.call("POST", "/v1/event_sink", { ...sinkOf(""), event_sink_args });
      };
      for (const host of [...forbiddenAddresses, ...disguisedHosts]) {
        const { status, text } = await saveAt(host);
        assert.equal(status, 400, `${host}: ${text}`);
        assert.ok(!text.includes("0123456789abcdef") && !text.includes("3d89bb"), text);
      }
      const saved = await saveAt("hook.test");
      assert.equal(saved.status, 200, saved.text);
      for (const answer of ["127.0.0.1", "169.254.169.254", "::1"]) {
        answers = ["93.184.215.14", answer];
        assert.equal(await reasonOf(saved.json.event_sink.id), "blocked_address", answer);
      }
      await http.call("DELETE", `/v1/event_sink/${saved.json.event_sink.id}`);
      assert.deepEqual([connecting, trap.connectionCount()], [0, 0]);
    });
  }
});

describe("a name that leads inside", () => {
  it("is stopped at each send, alone or beside a public address, with no connection", async () => {
    for (const key of [tenantKey, operatorKey]) {
      const { id } = (await save(urlOf("hook.test"), key)).json.event_sink;
      for (const answer of [...forbiddenAddresses, ...nonsenseAnswers]) {
        for (const all of [[answer], ["93.184.215.14", answer], [answer, "93.184.215.14"]]) {
          answers = all;
          assert.equal(await reasonOf(id), "blocked_address", all.join());
        }
      }
    }
    assert.deepEqual([connecting, trap.connectionCount()], [0, 0]);
  });

  it("is stopped when it pointed elsewhere while the sink was saved", async () => {
    answers = ["93.184.215.14"];
    const { id } = (await save(urlOf("rebinds.test"), tenantKey)).json.event_sink;
    answers = ["127.0.0.1"];
    assert.equal(await reasonOf(id), "blocked_address");
    assert.deepEqual([connecting, trap.connectionCount()], [0, 0]);
  });
});

describe("what the operator allows", () => {
  let open: FreshHttp;
  let server: TcpServer;
  before(async () => {
    server = await startTcpServer((socket) =>
      socket.end(
        `HTTP/1.1 307 Temporary Redirect\r\nlocation: ${urlOf("127.0.0.1")}\r\ncontent-length: 0\r\n\r\n`,
      ),
    );
    open = await openFreshHttp({ settings: { allowCidrs: ["127.0.0.1"] } });
  });
  after(async () => {
    await open.close();
    await server.close();
  });

  it("can be saved with an operator key alone, and its redirects lead nowhere", async () => {
    const body = sinkOf(`http://127.0.0.1:${server.port}/`);
    const key = await open.tenantKey(tenant);
    const refused = await open.call("POST", "/v1/event_sink", body, { key });
    assert.equal(refused.status, 400);
    assert.match(refused.json.error, /with an operator key/);
    const beside = await open.call("POST", "/v1/event_sink", sinkOf("http://127.0.0.2/"));
    assert.equal(beside.status, 400);

    const made = await open.call("POST", "/v1/event_sink", body);
    assert.equal(made.status, 200, made.text);
    const path = `/v1/event_sink/${made.json.event_sink.id}`;
    const { attempt } = (await open.call("POST", `${path}/test`)).json;
    assert.equal(attempt.reason, "redirected");
    // The counter counts, so that its zeros above mean something.
    assert.deepEqual([connecting, server.connectionCount(), trap.connectionCount()], [1, 1, 0]);
  });

  it("by name serves sinks saved with an operator key alone, as long as the name is theirs", async () => {
    let addresses = ["127.0.0.1"];
    const named = await openFreshHttp({
      settings: { allowCidrs: [], allowHosts: ["hooks.corp.test", "localhost"] },
      resolve: async () => addresses,
    });
    const key = await named.tenantKey(tenant);
    const makeWith = async (caller: string, host = "hooks.corp.test") => {
      const body = sinkOf(`http://${host}:${server.port}/`);
      return named.call("POST", "/v1/event_sink", body, { key: caller });
    };
    const reason = async (id: string) =>
      (await named.call("POST", `/v1/event_sink/${id}/test`)).json.attempt.reason;
    assert.equal((await makeWith(key, "localhost")).status, 400);
    assert.equal((await makeWith(operatorKey, "localhost")).status, 200);
    const ofTenant = (await makeWith(key)).json.event_sink.id;
    const ofOperator = (await makeWith(operatorKey)).json.event_sink.id;
    assert.equal(await reason(ofTenant), "blocked_address");
    // It was reached, and its redirect to the address itself was not followed.
    assert.equal(await reason(ofOperator), "redirected");
    addresses = ["169.254.169.254"];
    assert.equal(await reason(ofOperator), "blocked_address");
    await named.close();
  });

  it("cannot be taken over by the tenant", async () => {
    const url = `http://127.0.0.1:${server.port}/`;
    const key = await open.tenantKey("taker");
    const made = await open.call("POST", "/v1/event_sink", { ...sinkOf(url), tenant_id: "taker" });
    const { id } = made.json.event_sink;
    const event_sink_args = { Webhook: { url: `${url}admin` } };
    const put = (body: object) =>
      open.call("PUT", `/v1/event_sink/${id}`, { id, ...body }, { key });
    assert.equal((await put({ event_sink_args })).status, 400);
    assert.equal((await put({ name: "renamed" })).status, 200);
  });
});
