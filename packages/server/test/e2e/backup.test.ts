import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startWebhookReceiver } from "@event-sinks/simulators";
import { runCommand } from "../support/run-command.ts";
import {
  eventually,
  freshDirectory,
  type RunningService,
  startService,
} from "../support/start-service.ts";

const tenantId = "acme";

/** Sends batches until told to stop; what was answered 202 stands in `accepted`. */
function pour(service: RunningService) {
  const accepted = new Set<string>();
  let isOver = false;
  const send = async () => {
    while (!isOver) {
      const alerts = Array.from({ length: 20 }, () => ({
        tenant_id: tenantId,
        id: crypto.randomUUID(),
        name: "to be kept",
      }));
      const answer = await service.call("POST", "/v1/alert/batch", { alerts });
      assert.equal(answer.status, 202, answer.text);
      for (const { id } of alerts) accepted.add(id);
    }
  };
  const sending = Promise.all([send(), send()]);
  return {
    accepted,
    async stop() {
      isOver = true;
      await sending;
    },
  };
}

test("a backup made in mid-load is restored elsewhere: all accepted before it is delivered", async (t) => {
  const [home, elsewhere] = [await freshDirectory(t), await freshDirectory(t)];
  const receiver = await startWebhookReceiver();
  t.after(() => receiver.stop());
  const first = await startService(t, home);
  const { json } = await first.call("POST", "/v1/event_sink", {
    tenant_id: tenantId,
    name: "hook",
    description: "",
    event_sink_args: { Webhook: { url: receiver.url, headers: { "x-secret": "sealed" } } },
  });
  const sinkPath = `/v1/event_sink/${json.event_sink.id}`;
  await first.call("POST", `${sinkPath}/pause`);
  const load = pour(first);
  await eventually(() => load.accepted.size >= 400, "some load");
  const before = new Set(load.accepted);
  const file = join(home, "event-sinks.backup");
  const { exitCode, out, err } = await runCommand(home, ["backup", file]);
  assert.equal(exitCode, 0, err);
  assert.match(out, /Backed up to .*event-sinks\.backup.*checked.*\n.*encryption\.key/);
  assert.ok(load.accepted.size > before.size, "the service went on meanwhile");
  await load.stop();
  await first.kill("SIGKILL");
  assert.equal(statSync(file).mode & 0o777, 0o600);

  // As docs/backup.md has it.
  mkdirSync(join(elsewhere, "data"));
  cpSync(file, join(elsewhere, "data/event-sinks.db"));
  cpSync(join(home, "data/encryption.key"), join(elsewhere, "data/encryption.key"));
  const second = await startService(t, elsewhere);
  await second.call("POST", `${sinkPath}/resume`);
  const received = () =>
    new Set(receiver.deliveries.map(({ request }) => JSON.parse(request.body).id));
  await eventually(() => before.isSubsetOf(received()), "all that was accepted before arrives");
  assert.equal(receiver.deliveries[0]?.request.headers["x-secret"], "sealed");
  await second.stop();
});

test("a backup starts only with its own key, and says which is missing", async (t) => {
  const home = await freshDirectory(t);
  const service = await startService(t, home);
  await service.stop();
  // The service need not run for it.
  assert.equal((await runCommand(home, ["backup", "copy.db"])).exitCode, 0);
  const again = await runCommand(home, ["backup", "copy.db"]);
  assert.equal(again.exitCode, 1);
  assert.match(again.err, /^Nothing was backed up\. copy\.db is there already\./);
  assert.equal((await runCommand(home, ["backup", "--force", "copy.db"])).exitCode, 0);

  const elsewhere = await freshDirectory(t);
  mkdirSync(join(elsewhere, "data"));
  cpSync(join(home, "copy.db"), join(elsewhere, "data/event-sinks.db"));
  const keyless = await runCommand(elsewhere, []);
  assert.equal(keyless.exitCode, 1);
  assert.match(keyless.err, /cannot start\. There is a database in .* but no encryption\.key/);
  assert.ok(!existsSync(join(elsewhere, "data/encryption.key")), "no other key may be made");
  writeFileSync(join(elsewhere, "data/encryption.key"), Buffer.alloc(32, 7).toString("base64"), {
    mode: 0o600,
  });
  const wrong = await runCommand(elsewhere, []);
  assert.equal(wrong.exitCode, 1);
  assert.match(wrong.err, /The encryption key is not the one this database was made with/);
});
