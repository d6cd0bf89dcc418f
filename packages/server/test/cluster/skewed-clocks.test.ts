import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startPostgres } from "../support/postgres-server.ts";
import { makeSmallCluster, sendAlert, untilDelivered } from "./small-cluster.ts";

const server = await startPostgres();
after(() => server.close());

/** What Node loads first, on each thread: a wall clock that is off by so many seconds. */
function clockThatIsOff(seconds: number): Readonly<Record<string, string>> {
  const code = `const now = Date.now; Date.now = () => now() + ${seconds * 1000};`;
  return { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(code)}` };
}

test("leases go by the database's clock, however wrong those of the nodes are", {
  timeout: 120_000,
}, async (t) => {
  const { startNode, makeSink } = await makeSmallCluster(t, server, "skewed");
  const [ahead, behind] = await Promise.all([
    startNode(clockThatIsOff(3600)),
    startNode(clockThatIsOff(-3600)),
  ]);
  const receivers = [await makeSink(ahead), await makeSink(behind), await makeSink(ahead)];
  const send = async (count: number) => {
    for (let sent = 0; sent < count; sent += 1) {
      const answer = await sendAlert(sent % 2 === 0 ? ahead : behind);
      assert.equal(answer.status, 202, answer.text);
      const hour = new Date(answer.json.alert.received_at).getTime() - Date.now();
      assert.ok(Math.abs(hour) > 3_500_000, "its clock is off");
    }
  };
  await send(20);
  for (const receiver of receivers) await untilDelivered(receiver, 20);
  // Longer than a lease: whoever went by a node's clock would take the other's sinks by now.
  await new Promise((resolve) => setTimeout(resolve, 11_000));
  await send(20);
  for (const receiver of receivers) {
    await untilDelivered(receiver, 40);
    assert.equal(receiver.deliveries.length, 40, "none was sent twice");
  }

  await ahead.kill("SIGKILL");
  for (let sent = 0; sent < 10; sent += 1) assert.equal((await sendAlert(behind)).status, 202);
  for (const receiver of receivers) await untilDelivered(receiver, 50);
  await behind.stop();
});
