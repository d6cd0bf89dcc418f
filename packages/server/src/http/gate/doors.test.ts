import assert from "node:assert/strict";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { openFreshHttp } from "../../../test/support/fresh-http.ts";
import { type Doors, openDoors } from "./doors.ts";

const isLinux = process.platform === "linux";
const loopback = { host: "127.0.0.1", port: 0 };

async function open(t: TestContext) {
  const http = await openFreshHttp();
  let doors: Doors | null = null;
  t.after(async () => {
    doors?.close();
    await http.close();
  });
  doors = await openDoors(http.app, loopback, 1_024);
  return { app: http.app, port: Number(new URL(doors.url).port) };
}

test("a turn of the event loop takes many of those who knock", { skip: !isLinux }, async (t) => {
  const { app, port } = await open(t);
  const knockerCount = 200;
  let turn = 0;
  let takenCount = 0;
  const isWhole = Promise.withResolvers<void>();
  app.server.on("connection", () => {
    takenCount += 1;
    if (takenCount === knockerCount) isWhole.resolve();
  });
  // The kernel lets them knock at once; they are taken when this thread comes round to it.
  const knockers = Array.from({ length: knockerCount }, () => connect({ ...loopback, port }));
  t.after(() => {
    for (const knocker of knockers) knocker.destroy();
  });
  const next = () => {
    turn += 1;
    if (takenCount < knockerCount) setImmediate(next);
  };
  next();
  await isWhole.promise;
  assert.ok(turn < knockerCount / 2, `taken in ${turn} turns`);
});

test("requests are answered whichever door they came through", async (t) => {
  const { port } = await open(t);
  const answers = await Promise.all(
    Array.from({ length: 40 }, () =>
      fetch(`http://127.0.0.1:${port}/healthz`, { headers: { connection: "close" } }),
    ),
  );
  assert.ok(answers.every(({ status }) => status === 200));
});

test("an address that is taken is not shared", async (t) => {
  const { port } = await open(t);
  const other = await openFreshHttp();
  t.after(() => other.close());
  await assert.rejects(openDoors(other.app, { ...loopback, port }, 511), { code: "EADDRINUSE" });
});
