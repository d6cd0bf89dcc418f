import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { openFreshHttp } from "../../../test/support/fresh-http.ts";
import { eventually } from "../../../test/support/start-service.ts";

const roomy = {
  alertsMax: 5_000,
  bytesMax: 64 * 1024 * 1024,
  memoryBytesMax: null,
  diskFreeBytesMin: 0,
  folder: tmpdir(),
};
const alert = { tenant_id: "acme", name: "kept" };

test("while the disk is nearly full alerts are refused, one by one and in batches, and nothing else", async () => {
  const admission = { ...roomy, diskFreeBytesMin: Number.MAX_SAFE_INTEGER };
  const http = await openFreshHttp({ settings: { admission } });
  await http.call("POST", "/v1/tenant", { tenant_id: "acme" });
  const refused = await eventually(async () => {
    const answer = await http.call("POST", "/v1/alert", alert);
    return answer.status === 503 && answer;
  }, "the disk has been looked at");
  assert.equal(refused.json.code, "unavailable");
  assert.match(refused.json.error, /disk is nearly full.*EVENT_SINKS_DISK_FREE_MIN/);
  assert.equal(refused.headers["retry-after"], "60");
  const batch = await http.call("POST", "/v1/alert/batch", { alerts: [alert] });
  assert.equal(batch.status, 503);
  assert.equal((await http.call("GET", "/v1/alert?tenant_id=acme")).status, 200);
  assert.equal((await http.call("POST", "/v1/tenant", { tenant_id: "other" })).status, 200);
  // Probes and searches go on, and the log says it once.
  assert.equal((await http.call("GET", "/readyz")).status, 200);
  assert.equal(http.log.filter((line) => line.includes('"intake.refused"')).length, 1);
  const metrics = await http.deps.metrics.metrics();
  assert.match(metrics, /event_sinks_intake_refused_total\{cause="disk"\} \d/);
  await http.close();
});

test("past the limit of memory alerts are refused with a time to come back", async () => {
  const admission = { ...roomy, memoryBytesMax: 1 };
  const http = await openFreshHttp({ settings: { admission } });
  const answer = await http.call("POST", "/v1/alert", alert);
  assert.equal(answer.status, 503);
  assert.match(answer.json.error, /EVENT_SINKS_MEMORY_MAX/);
  assert.equal(answer.headers["retry-after"], "5");
  await http.close();
});

test("with room enough alerts come in", async () => {
  const http = await openFreshHttp({ settings: { admission: roomy } });
  await http.call("POST", "/v1/tenant", { tenant_id: "acme" });
  for (let round = 0; round < 3; round++) {
    http.clock.advance(1_000);
    assert.equal((await http.call("POST", "/v1/alert", alert)).status, 202);
  }
  await http.close();
});
