/** The service as a process, with certificates in files, as an operator keeps them. */

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Agent, request } from "undici";
import { runCommand } from "../support/run-command.ts";
import { makeSelfSignedCertificate } from "../support/self-signed-certificate.ts";
import { eventually, freshDirectory, startService } from "../support/start-service.ts";

const settings = {
  EVENT_SINKS_TLS_CERT: "cert.pem",
  EVENT_SINKS_TLS_KEY: "key.pem",
};

test("SIGHUP takes new certificates; broken ones leave the old in use, and the log says so", async (t) => {
  const directory = await freshDirectory(t);
  const write = (name: string, text: string) => writeFileSync(join(directory, name), text);
  const first = makeSelfSignedCertificate("localhost");
  const second = makeSelfSignedCertificate("localhost");
  write("cert.pem", first.cert);
  write("key.pem", first.key);
  const service = await startService(t, directory, settings);
  assert.match(service.url, /^https:\/\/127\.0\.0\.1:\d+$/);

  const isServed = async (ca: string) => {
    const dispatcher = new Agent({ connect: { ca, servername: "localhost" } });
    try {
      const { statusCode, body } = await request(`${service.url}/healthz`, { dispatcher });
      await body.dump();
      return statusCode === 200;
    } catch {
      return false;
    } finally {
      await dispatcher.close();
    }
  };
  const told = (what: string, count: number) =>
    eventually(() => service.log.filter(({ msg }) => msg === what).length === count, what);

  assert.ok(await isServed(first.cert));
  write("cert.pem", second.cert);
  service.process.kill("SIGHUP");
  await told("tls.not_renewed", 1);
  assert.ok(await isServed(first.cert), "the key is not that of the new certificate");
  write("key.pem", second.key);
  service.process.kill("SIGHUP");
  await told("tls.renewed", 1);
  assert.deepEqual([await isServed(first.cert), await isServed(second.cert)], [false, true]);
  assert.ok(!JSON.stringify(service.log).includes("PRIVATE"));

  const checkup = await runCommand(directory, ["doctor"], settings);
  assert.match(checkup.out, /ok +certificate +cert\.pem is good for \d+ more days/);
  await service.stop();
});

test("files that cannot serve keep it from starting, with a sentence", async (t) => {
  const directory = await freshDirectory(t);
  const write = (name: string, text: string) => writeFileSync(join(directory, name), text);
  const { cert, key } = makeSelfSignedCertificate("localhost");
  write("cert.pem", cert);
  write("key.pem", key);
  write("other.pem", makeSelfSignedCertificate("localhost").key);
  write("text.pem", "no certificate");
  const cases: [Record<string, string>, RegExp][] = [
    [{ EVENT_SINKS_TLS_CERT: "gone.pem" }, /gone\.pem, which EVENT_SINKS_TLS_CERT.*ENOENT/],
    [{ EVENT_SINKS_TLS_CERT: "text.pem" }, /text\.pem.*holds no certificate/],
    [{ EVENT_SINKS_TLS_KEY: "other.pem" }, /other\.pem.*is not the.*private key/],
    [{ EVENT_SINKS_TLS_CLIENT_CA: "text.pem" }, /text\.pem.*CLIENT_CA.*holds no certificate/],
    [{ EVENT_SINKS_TLS_KEY: "" }, /belong together/],
    [{ EVENT_SINKS_TLS_KEY: key }, /EVENT_SINKS_TLS_KEY must be the path/],
  ];
  for (const [change, sentence] of cases) {
    const listen = { EVENT_SINKS_LISTEN: "127.0.0.1:0" };
    const { exitCode, err } = await runCommand(directory, [], {
      ...listen,
      ...settings,
      ...change,
    });
    assert.notEqual(exitCode, 0);
    assert.match(err, sentence);
    assert.ok(!err.includes("PRIVATE KEY"), err);
  }
});
