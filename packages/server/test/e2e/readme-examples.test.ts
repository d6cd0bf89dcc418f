/** The README's five minutes, run as they stand: only the outside world is put on loopback. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import {
  defaultSlackToken,
  startSlackSimulator,
  startWebhookReceiver,
} from "@event-sinks/simulators";
import { runInShell } from "../support/run-in-shell.ts";
import { eventually, freshDirectory, startService } from "../support/start-service.ts";

const readmePath = join(import.meta.dirname, "../../../../README.md");

test("the README's calls work in the order in which they are shown", async (t) => {
  const readme = await readFile(readmePath, "utf8");
  const calls = [...readme.matchAll(/```sh\n([^`]*?curl [^`]*?)```/g)].map(
    ([, block]) => block ?? "",
  );
  assert.equal(calls.length, 4, "sink, integration, test and alert, deliveries");
  const slack = await startSlackSimulator();
  const receiver = await startWebhookReceiver();
  t.after(() => Promise.all([slack.stop(), receiver.stop()]));
  const service = await startService(t, await freshDirectory(t), {
    EVENT_SINKS_SLACK_API_URL: slack.url,
  });
  const env: Record<string, string> = { API_BASE: service.url, API_KEY: service.operatorKey };
  const run = (call: string) =>
    runInShell(
      call.replace("https://example.com/", receiver.url).replace("xoxb-…", defaultSlackToken),
      env,
    );

  const [makeSink = "", makeIntegration = "", testAndSend = "", look = ""] = calls;
  env["SINK_ID"] = JSON.parse(await run(makeSink)).event_sink.id;
  assert.ok(JSON.parse(await run(makeIntegration)).slack_integration.id);

  const [testSink = "", sendAlert = ""] = testAndSend.split("\n\n");
  assert.equal(JSON.parse(await run(testSink)).attempt.outcome, "delivered");
  const sent = JSON.parse(await run(sendAlert));
  env["DELIVERY_ID"] = sent.deliveries[0].id;
  await eventually(() => receiver.deliveries.length === 2, "the test and the alert arrive");

  const [list = "", one = ""] = look.trim().split("\n");
  assert.equal(JSON.parse(await run(list)).data.deliveries[0].id, env["DELIVERY_ID"]);
  assert.equal(JSON.parse(await run(one)).delivery.id, env["DELIVERY_ID"]);
  await service.stop();
});
