/**
 * The service on a disk that is full, or fails: refusals that say so, recovery by itself, and nothing
 * lost of what was accepted, also when the power goes right after that.
 */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { eventually, type RunningService, startService } from "../support/start-service.ts";
import { startCountingReceiver } from "./counting-receiver.ts";
import { createRandom } from "./crash-lives.ts";
import {
  buildPowerLossLibrary,
  createPowerLossDisk,
  type PowerLossDisk,
} from "./power-loss-disk.ts";

const workshop = mkdtempSync(join(tmpdir(), "event-sinks-power-"));
after(() => rmSync(workshop, { recursive: true }));
const library = buildPowerLossLibrary(workshop);

const faults: Readonly<Record<string, (disk: PowerLossDisk) => void>> = {
  "is full": (disk) => disk.failWrites("ENOSPC"),
  "fails to write": (disk) => disk.failWrites("EIO"),
  "fails to sync": (disk) => disk.failSyncs("EIO"),
  "fails to sync once": (disk) => disk.failSyncs("EIO", 1),
};

for (const [what, begin] of Object.entries(faults)) {
  test(`refuses alerts while the disk ${what}, and loses none`, { timeout: 90_000 }, async (t) => {
    const root = mkdtempSync(join(workshop, "root-"));
    const disk = createPowerLossDisk(library, root, `${root}-notes`);
    // The check of the space left looks at the real disk.
    const env = { ...disk.env, EVENT_SINKS_DISK_FREE_MIN: "0" };
    const receiver = await startCountingReceiver();
    t.after(() => receiver.stop());
    const accepted = new Set<string>();
    let count = 0;
    const send = async ({ call }: RunningService) => {
      const id = `alert-${count++}`;
      const answer = await call("POST", "/v1/alert", { tenant_id: "acme", id, name: id });
      if (answer.status === 202) accepted.add(id);
      return answer;
    };

    const first = await startService(t, root, env);
    const made = await first.call("POST", "/v1/event_sink", {
      tenant_id: "acme",
      name: "counting",
      description: "",
      event_sink_args: { Webhook: { url: receiver.url } },
    });
    assert.equal(made.status, 200);
    for (let index = 0; index < 20; index++) assert.equal((await send(first)).status, 202);

    // The next to be written is an alert then, and not a settle, which would be tried again unseen.
    await eventually(async () => {
      const { json } = await first.call("GET", "/v1/delivery?tenant_id=acme&state=pending");
      return json.data.deliveries.length === 0;
    }, "all of them are settled");

    begin(disk);
    const refused = await eventually(async () => {
      const answer = await send(first);
      return answer.status !== 202 && answer;
    }, "a refusal");
    assert.equal(refused.status, 503, refused.text);
    assert.equal(refused.json.code, "unavailable");
    assert.ok(Number(refused.headers.get("retry-after")) > 0);
    const search = await first.call("GET", "/v1/alert?tenant_id=acme");
    assert.equal(search.status, 200, "reading goes on");

    disk.work();
    await eventually(async () => (await send(first)).status === 202, "it takes alerts again");
    for (let index = 0; index < 20; index++) await send(first);
    await first.kill("SIGKILL");
    disk.losePower(createRandom(1));

    const second = await startService(t, root, env);
    await eventually(
      () => [...accepted].every((id) => receiver.acknowledged.has(id)),
      "all that was accepted arrives",
      30_000,
    );
    assert.equal((await send(second)).status, 202);
    await second.stop();
  });
}

test("refuses to start on what a kill left unsynced while the disk cannot sync it", {
  timeout: 90_000,
}, async (t) => {
  // Else it would answer a repeated alert with "I have it" from a WAL that the next power failure takes.
  const root = mkdtempSync(join(workshop, "root-"));
  const disk = createPowerLossDisk(library, root, `${root}-notes`);
  const first = await startService(t, root, disk.env);
  const alert = { tenant_id: "acme", id: "one", name: "one", event_sink_ids: [] };
  await first.call("POST", "/v1/tenant", { tenant_id: "acme" });
  assert.equal((await first.call("POST", "/v1/alert", alert)).status, 202);
  await first.kill("SIGKILL");
  disk.losePower();
  // Only the first: what would be synced after that fails by itself.
  disk.failSyncs("EIO", 1);
  await assert.rejects(
    startService(t, root, disk.env),
    /cannot be opened: the disk reported an error/,
  );
  disk.losePower();
  disk.work();
  const second = await startService(t, root, disk.env);
  const again = await second.call("POST", "/v1/alert", alert);
  assert.deepEqual([again.status, again.json.alert.duplicate], [202, true]);
  await second.stop();
});
