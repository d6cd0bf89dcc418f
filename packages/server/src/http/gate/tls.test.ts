import assert from "node:assert/strict";
import { once } from "node:events";
import { type RequestOptions, request } from "node:https";
import { connect as connectPlain } from "node:net";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { type ConnectionOptions, connect } from "node:tls";
import { type FreshHttp, openFreshHttp, operatorKey } from "../../../test/support/fresh-http.ts";
import {
  type Certificate,
  makeSelfSignedCertificate,
} from "../../../test/support/self-signed-certificate.ts";
import { Secret } from "../../secret.ts";
import { changeCertificates } from "./tls.ts";

const own = makeSelfSignedCertificate("localhost");
const authority = makeSelfSignedCertificate("Clients' authority");
const issuer = { name: "Clients' authority", key: authority.key };
const client = makeSelfSignedCertificate("scanner", { issuer });

const materialOf = ({ cert, key }: Certificate, clientCa: string | null) => ({
  cert,
  key: new Secret(key),
  clientCa,
  expiresAt: 0,
});

async function listen(t: TestContext, clientCa: string | null) {
  const http = await openFreshHttp({ settings: { tls: materialOf(own, clientCa) } });
  t.after(() => http.close());
  await http.call("POST", "/v1/tenant", { tenant_id: "acme" });
  await http.app.listen({ host: "127.0.0.1", port: 0 });
  return { http, port: portOf(http) };
}

function portOf({ app }: FreshHttp): number {
  const address = app.server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function call(port: number, method: string, path: string, options: RequestOptions = {}) {
  const headers = { authorization: `Bearer ${operatorKey}`, "content-type": "application/json" };
  const fixed = { host: "127.0.0.1", servername: "localhost", agent: false, port, method, path };
  const asking = request({ ca: own.cert, headers, ...fixed, ...options });
  asking.end(method === "POST" ? '{"tenant_id":"acme","name":"n"}' : undefined);
  const [answer] = await once(asking, "response");
  return { status: answer.statusCode, headers: answer.headers, text: await text(answer) };
}

/** The certificate that new connections see, by whether it is the one given. */
const isServed = (port: number, { cert }: Certificate) =>
  call(port, "GET", "/healthz", { ca: cert }).then(
    ({ status }) => status === 200,
    () => false,
  );

test("the API is served over TLS, with HSTS and a cookie for TLS alone", async (t) => {
  const { port } = await listen(t, null);
  const health = await call(port, "GET", "/healthz");
  assert.equal(health.status, 200);
  assert.match(String(health.headers["strict-transport-security"]), /max-age=63072000/);
  assert.equal((await call(port, "POST", "/v1/alert")).status, 202);

  const body = JSON.stringify({ api_key: operatorKey });
  const headers = { "content-type": "application/json", "x-event-sinks-csrf": "1" };
  const fixed = { host: "127.0.0.1", servername: "localhost", ca: own.cert, agent: false, port };
  const asking = request({ ...fixed, method: "POST", path: "/v1/session", headers });
  asking.end(body);
  const [answer] = await once(asking, "response");
  const cookie = String(answer.headers["set-cookie"]);
  assert.match(cookie, /^__Host-event-sinks-session=[^;]+; .*HttpOnly; SameSite=Strict; Secure$/);
  answer.resume();
});

test("what is older than TLS 1.2, or no TLS at all, gets nothing", async (t) => {
  const { port } = await listen(t, null);
  const old: ConnectionOptions = { minVersion: "TLSv1", maxVersion: "TLSv1.1" };
  // The client would refuse it by itself otherwise.
  const ciphers = "DEFAULT@SECLEVEL=0";
  const socket = connect({ host: "127.0.0.1", port, ca: own.cert, ciphers, ...old });
  const [error] = await once(socket, "error");
  assert.match(String(error.code), /PROTOCOL_VERSION|HANDSHAKE|ECONNRESET/);

  const plain = connectPlain({ host: "127.0.0.1", port });
  plain.on("error", () => {});
  plain.write("GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n");
  plain.end();
  assert.doesNotMatch(await text(plain), /ok|200/);
  assert.equal((await call(port, "GET", "/healthz")).status, 200);
});

test("with an authority for clients, alerts come in with a certificate it has signed alone", async (t) => {
  const { port } = await listen(t, authority.cert);
  const expired = makeSelfSignedCertificate("scanner", { issuer, untilYear: "21" });
  const stranger = makeSelfSignedCertificate("Clients' authority");
  const signedByStranger = makeSelfSignedCertificate("scanner", {
    issuer: { name: "Clients' authority", key: stranger.key },
  });
  for (const path of ["/v1/alert", "/v1/alert/batch"]) {
    for (const shown of [{}, expired, stranger, signedByStranger, own]) {
      const answer = await call(port, "POST", path, shown);
      assert.equal(answer.status, 403, answer.text);
      assert.match(answer.text, /EVENT_SINKS_TLS_CLIENT_CA/);
    }
  }
  assert.equal((await call(port, "POST", "/v1/alert", client)).status, 202);
  const wrongKey = { ...client, headers: { authorization: "Bearer x" } };
  assert.equal((await call(port, "POST", "/v1/alert", wrongKey)).status, 401, "a key as well");
  for (const path of ["/healthz", "/v1/event_sink?tenant_id=acme"]) {
    assert.equal((await call(port, "GET", path)).status, 200, "all else needs none");
  }
});

test("certificates change while it serves, also the clients' authority", async (t) => {
  const { http, port } = await listen(t, authority.cert);
  const next = makeSelfSignedCertificate("localhost");
  assert.deepEqual([await isServed(port, own), await isServed(port, next)], [true, false]);
  changeCertificates(http.app, materialOf(next, own.cert));
  assert.deepEqual([await isServed(port, own), await isServed(port, next)], [false, true]);
  const ca = next.cert;
  assert.equal((await call(port, "POST", "/v1/alert", { ...client, ca })).status, 403);
  assert.equal((await call(port, "POST", "/v1/alert", { ...own, ca })).status, 202);
});

test("connections past the limit are told so over TLS too", async (t) => {
  const http = await openFreshHttp({
    settings: { tls: materialOf(own, null), connectionsMax: 1 },
  });
  t.after(() => http.close());
  await http.app.listen({ host: "127.0.0.1", port: 0 });
  const port = portOf(http);
  const first = connect({ host: "127.0.0.1", port, servername: "localhost", ca: own.cert });
  await once(first, "secureConnect");
  const answer = await call(port, "GET", "/v1/tenant");
  assert.equal(answer.status, 503, answer.text);
  first.destroy();
  await once(first, "close");
});
