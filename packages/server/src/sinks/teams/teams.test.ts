import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startTeamsSimulator, type TeamsSimulator } from "@event-sinks/simulators";
import fc from "fast-check";
import { createFakeClock } from "../../../test/support/fake-clock.ts";
import { hostileAlert } from "../../../test/support/hostile-alerts.ts";
import { alertOf, sampleAlert } from "../../../test/support/sample-alerts.ts";
import { inputFor, readSink, requestOf, withAction } from "../../../test/support/sink-steps.ts";
import type { SinkAlert } from "../../domain/alert.ts";
import type { JsonObject } from "../../domain/json.ts";
import { Paces } from "../../engine/pace.ts";
import { teams } from "./teams.ts";

let simulator: TeamsSimulator;
before(async () => {
  simulator = await startTeamsSimulator({ rates: "unlimited" });
});
after(() => simulator.stop());

async function post(alert: SinkAlert, url = simulator.url) {
  const input = inputFor(readSink(teams, { url }), { alert });
  const request = requestOf(teams.step(input));
  const response = await fetch(request.url, {
    method: request.method,
    headers: request.headers,
    body: request.body,
  });
  const headers = Object.fromEntries(response.headers);
  return teams.outcome({ status: response.status, headers, body: await response.text() }, input);
}

function bodyOf(alert: SinkAlert): string {
  const sink = readSink(teams, { url: "https://t.example/workflows/abcdefghijklmnop" });
  return requestOf(teams.step(inputFor(sink, { alert }))).body;
}

const cardOf = (alert: SinkAlert) => JSON.parse(bodyOf(alert)).attachments[0].content;

const alertWith = (fields: JsonObject, more: Partial<SinkAlert> = {}) =>
  alertOf({ id: "a1", name: "An alert", ...fields }, more);

test("hostile alerts become cards Teams can show, and mention nobody", async () => {
  await fc.assert(
    fc.asyncProperty(hostileAlert, async (alert) => {
      assert.equal((await post(alert)).kind, "delivered");
    }),
    { numRuns: 60 },
  );
  assert.deepEqual(simulator.failedRuns, []);
  assert.deepEqual(simulator.mentions, []);
  const sly = alertWith({ description: "<at>Everyone</at> {{DATE(2026-01-01)}} [x](http://y)" });
  await post(sly);
  assert.deepEqual(simulator.mentions, []);
});

test("a resolve and an acknowledge say so, in their own colour", () => {
  const trigger = sampleAlert("scanner-alert");
  assert.equal(cardOf(trigger).body[0].style, "attention");
  const resolved = cardOf(withAction(trigger, "resolve"));
  assert.equal(resolved.body[0].style, "good");
  assert.match(resolved.fallbackText, /^Resolved: AWS CloudTrail/);
  assert.match(resolved.body[1].inlines[0].text, /^This problem is resolved\./);
  assert.equal(
    resolved.body.find(({ type }: { type: string }) => type === "Table"),
    undefined,
  );
});

test("a table of few columns is a grid, one of many is told row by row", () => {
  const rows = Array.from({ length: 47 }, (_, index) => ({ user: `u${index}`, count: index }));
  const { body } = cardOf(
    alertWith({ results_table: { columns: ["user", "count"], rows, total_row_count: 47 } }),
  );
  const [grid] = body.filter(({ type }: { type: string }) => type === "Table");
  assert.equal(grid.columns.length, 2);
  assert.equal(grid.rows.length, 11);
  assert.match(JSON.stringify(body), /and 37 more rows/);
  const wide = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`column_${at}`, at]));
  const tables = cardOf(alertWith({ results_table: { rows: [wide, wide] } })).body.filter(
    ({ type }: { type: string }) => type === "Table",
  );
  assert.equal(tables.length, 2);
  assert.equal(tables[0].rows.length, 9);
});

test("rows give way to the size limit, and are counted all the same", () => {
  const rows = Array.from({ length: 10 }, () => ({ a: "é".repeat(300), b: "x".repeat(300) }));
  const wide = Object.fromEntries(
    Array.from({ length: 12 }, (_, at) => [`c${at}`, "é".repeat(300)]),
  );
  for (const results of [rows, Array(10).fill(wide)]) {
    const body = bodyOf(
      alertWith({ results_table: { rows: results }, description: "d".repeat(9_000) }),
    );
    assert.ok(Buffer.byteLength(body) <= 24_000, `${Buffer.byteLength(body)}`);
    assert.match(body, /Results \(10 rows\)|10 result rows/);
  }
});

test("six links are buttons, more are links in the text", () => {
  const fields = Object.fromEntries(
    Array.from({ length: 9 }, (_, at) => [`Link ${at}`, `https://x.example/${at}`]),
  );
  const card = cardOf(alertWith(fields));
  assert.equal(card.actions.length, 6);
  assert.match(JSON.stringify(card.body), /"url":"https:\/\/x\.example\/8"/);
});

test("a workflow that is off or gone, and a cut URL, are the sink's faults with a cure", async (t) => {
  const other = await startTeamsSimulator();
  t.after(() => other.stop());
  const alert = sampleAlert("scanner-alert");
  const faults = [];
  for (const state of ["Disabled", "Deleted"] as const) {
    other.setState(state);
    faults.push(await post(alert, other.url));
  }
  faults.push(await post(alert, other.url.replace(/&sig=.*/, "")));
  faults.push(await post(alert, other.url.replace("7e2c", "0000")));
  for (const outcome of faults) {
    assert.ok(outcome.kind === "rejected" && outcome.isSinkFault === true);
    assert.match(outcome.detail, /^Teams \(\w+\): .*(Turn it on|copy)/);
  }
});

test("at its pace Teams' limits are never met, beyond it they are obeyed", async (t) => {
  const clock = createFakeClock();
  const limited = await startTeamsSimulator({ clock });
  t.after(() => limited.stop());
  const pace = teams.pace(readSink(teams, { url: limited.url }));
  const paces = new Paces();
  const alert = sampleAlert("scanner-alert");
  for (let count = 0; count < 70; count++) {
    const at = paces.take(pace, clock.now());
    if (at > clock.now()) {
      clock.advance(at - clock.now());
      paces.take(pace, clock.now());
    }
    assert.equal((await post(alert, limited.url)).kind, "delivered", String(count));
  }
  const outcomes = [];
  for (let count = 0; count < 5; count++) outcomes.push(await post(alert, limited.url));
  const last = outcomes.at(-1);
  assert.ok(last?.kind === "retry" && last.reason === "rate_limited");
});
