import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { it } from "node:test";
import { createLog, type LogLevel } from "./log.ts";
import { Secret } from "./secret.ts";

function capture(level: LogLevel) {
  const lines: Record<string, unknown>[] = [];
  const log = createLog({ level, destination: { write: (line) => lines.push(JSON.parse(line)) } });
  return { log, lines };
}

it("a line is JSON with level, time, fields and what happened", () => {
  const { log, lines } = capture("info");
  log
    .child({ thread: "engine" })
    .info({ delivery_id: "d1", secret: new Secret("abcd") }, "delivery.attempted");
  const [{ time, ...line } = {}] = lines;
  assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual(line, {
    level: "info",
    thread: "engine",
    delivery_id: "d1",
    secret: "<secret>",
    msg: "delivery.attempted",
  });
});

it("an error is written with its message, code and stack", () => {
  const { log, lines } = capture("info");
  log.error({ error: Object.assign(new Error("gone"), { code: "E1" }) }, "store.failed");
  const error = Object(lines[0]?.["error"]);
  assert.equal(error.message, "gone");
  assert.equal(error.code, "E1");
  assert.match(error.stack, /log\.test\.ts/);
});

it("a line stays one line, and holds nothing that a terminal obeys, whatever it tells of", () => {
  const texts: string[] = [];
  const log = createLog({ level: "info", destination: { write: (text) => texts.push(text) } });
  const hostile = 'a\r\n{"level":"error","msg":"forged"}\u001b[2J\u0000\u007f\u009b31m\u2028\u202e';
  log.child({ [hostile]: hostile }).info({ list: [hostile], error: new Error(hostile) }, hostile);
  assert.equal(texts.length, 1);
  assert.match(texts[0] ?? "", /^[^\p{Cc}\u2028\u202e]+\n$/u);
  assert.equal(JSON.parse(texts[0] ?? "").msg, hostile);
});

it("what is below the level is left out", () => {
  const { log, lines } = capture("warn");
  for (const level of ["debug", "info", "warn", "error"] as const) log[level]({}, level);
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    ["warn", "error"],
  );
  const silent = capture("silent");
  silent.log.error({}, "x");
  assert.deepEqual(silent.lines, []);
});

it("lines of all threads reach stdout whole, even when the process ends at once", () => {
  const log = JSON.stringify(new URL("./log.ts", import.meta.url).href);
  const inThread = `
    import(${log}).then(({ createLog }) => {
      createLog({ level: "info" }).info({ pad: "x".repeat(5000) }, "thread");
      process.kill(process.pid, "SIGKILL");
    });`;
  const script = `
    import { Worker } from "node:worker_threads";
    import { createLog } from ${log};
    createLog({ level: "info" }).info({}, "main");
    new Worker(${JSON.stringify(inThread)}, { eval: true });`;
  let stdout = "";
  try {
    execFileSync(process.execPath, ["--input-type=module", "-e", script], { stdio: "pipe" });
  } catch (error) {
    stdout = String(Object(error).stdout);
  }
  const texts = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).msg);
  assert.deepEqual(texts, ["main", "thread"]);
});
