import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { startTeamsSimulator, type TeamsOptions, type TeamsSimulator } from "./teams-simulator.ts";

const running: TeamsSimulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

async function start(options: TeamsOptions = { rates: "unlimited" }) {
  const simulator = await startTeamsSimulator(options);
  running.push(simulator);
  return simulator;
}

async function post(url: string, body: unknown) {
  const response = await fetch(url, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
  const said = await response.text();
  return { status: response.status, code: JSON.parse(said || "{}").error?.code };
}

const text = (content: string) => ({
  type: "RichTextBlock",
  inlines: [{ type: "TextRun", text: content }],
});
const cell = (content: string) => ({ type: "TableCell", items: [text(content)] });
const card = (body: unknown[], more: object = {}) => ({
  type: "message",
  attachments: [
    {
      contentType: "application/vnd.microsoft.card.adaptive",
      content: { type: "AdaptiveCard", version: "1.5", body, ...more },
    },
  ],
});
const open = { type: "Action.OpenUrl", title: "Open", url: "https://a.example/" };

test("a card is answered with 202 and appears", async () => {
  const { url, cards, failedRuns } = await start();
  const table = {
    type: "Table",
    columns: [{ width: 1 }, { width: 2 }],
    rows: [{ type: "TableRow", cells: [cell("a"), cell("b")] }],
  };
  const container = { type: "Container", style: "attention", items: [text("t")] };
  const sent = card([container, table], { actions: Array(6).fill(open) });
  assert.equal((await post(url, sent)).status, 202);
  assert.deepEqual(cards, [sent]);
  assert.deepEqual(failedRuns, []);
});

test("what Teams cannot show is answered with 202 too, and only its run tells", async () => {
  const { url, cards, failedRuns } = await start();
  const bad = [
    {},
    { text: "hi" },
    card([]),
    card([{ type: "TextBlock", text: "**markdown**" }]),
    card([text("")]),
    card([text("a")], { version: "1.6" }),
    card([text("a")], { actions: Array(7).fill(open) }),
    card([text("a")], { actions: [{ ...open, url: "javascript:alert(1)" }] }),
    card([{ type: "Container", style: "red", items: [text("t")] }]),
    card([{ type: "Table", columns: [{}], rows: [{ type: "TableRow", cells: [] }] }]),
    card([{ ...text("a"), color: "red" }]),
    card([text("x".repeat(29_000))]),
  ];
  for (const body of bad) assert.equal((await post(url, body)).status, 202);
  assert.deepEqual(cards, []);
  assert.equal(failedRuns.length, bad.length);
  assert.match(failedRuns.at(-1) ?? "", /RequestEntityTooLarge/);
});

test("mentions are found, by entities or by what reads like one", async () => {
  const { url, mentions } = await start();
  await post(url, card([text("<at>x</at>")]));
  await post(url, card([text("a")], { msteams: { entities: [] } }));
  assert.deepEqual(mentions, ["<at", "</at", "entities"]);
});

test("a workflow that is off, gone or called wrongly answers with its code", async () => {
  const { url, setState } = await start();
  assert.deepEqual(await post(url, "{"), { status: 400, code: "InvalidRequestContent" });
  const cut = url.replace(/&sig=.*/, "");
  assert.deepEqual(await post(cut, {}), { status: 401, code: "DirectApiAuthorizationRequired" });
  const other = url.replace("/workflows/7", "/workflows/8");
  assert.deepEqual(await post(other, {}), { status: 404, code: "WorkflowNotFound" });
  setState("Disabled");
  assert.deepEqual(await post(url, {}), { status: 400, code: "WorkflowTriggerIsNotEnabled" });
});

test("the fifth request in a second is refused", async () => {
  const clock = { now: () => 1_000, setTimer: () => ({ cancel: () => undefined }) };
  const { url } = await start({ clock });
  for (let count = 0; count < 4; count++) assert.equal((await post(url, {})).status, 202);
  assert.equal((await post(url, {})).status, 429);
});
