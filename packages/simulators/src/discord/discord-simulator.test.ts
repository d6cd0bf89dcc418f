import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import {
  type DiscordOptions,
  type DiscordSimulator,
  startDiscordSimulator,
} from "./discord-simulator.ts";

const running: DiscordSimulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

async function start(options: DiscordOptions = { rates: "unlimited" }) {
  const simulator = await startDiscordSimulator(options);
  running.push(simulator);
  return simulator;
}

async function post(url: string, body: unknown, type = "application/json") {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(url, {
    method: "POST",
    body: text,
    headers: { "content-type": type },
  });
  const said = await response.text();
  return { status: response.status, headers: response.headers, json: JSON.parse(said || "null") };
}

const x = (count: number) => "x".repeat(count);
const embed = (more: object) => ({ embeds: [more] });

test("a message at every limit is taken: 200 with wait, 204 without", async () => {
  const { url, messages } = await start();
  const full = {
    content: x(2_000),
    embeds: [
      { title: x(256), description: x(4_096), color: 0xffffff, footer: { text: x(100) } },
      { fields: Array(25).fill({ name: x(20), value: x(40), inline: true }) },
    ],
  };
  assert.equal((await post(`${url}?wait=true`, full)).status, 200);
  assert.equal((await post(url, { content: "hi" })).status, 204);
  assert.equal((await post(`${url}?thread_id=5`, { content: "hi" })).status, 204);
  assert.deepEqual(
    messages.map(({ threadId }) => threadId),
    [null, null, "5"],
  );
});

test("one character, field or embed too many is refused at its place", async () => {
  const { url } = await start();
  const refused: [object, string][] = [
    [{ content: x(2_001) }, '{"content":{'],
    [embed({ title: x(257) }), '{"embeds":{"0":{"title":{'],
    [embed({ description: x(4_097) }), '"description":{'],
    [embed({ footer: { text: x(2_049) } }), '"footer":{"text":{'],
    [embed({ fields: [{ name: " ", value: "v" }] }), '"fields":{"0":{"name":{'],
    [embed({ fields: [{ name: x(257), value: x(1_025) }] }), "Must be 1024 or fewer"],
    [embed({ fields: Array(26).fill({ name: "n", value: "v" }) }), "Must be 25 or fewer"],
    [embed({ color: 0x1000000 }), "NUMBER_TYPE_COERCE"],
    [embed({ timestamp: "soon" }), "DATE_TIME_TYPE_PARSE"],
    [{ embeds: Array(11).fill({ title: "t" }) }, "Must be 10 or fewer"],
    [{ embeds: [{ description: x(3_001) }, { description: x(3_000) }] }, "MAX_EMBED_SIZE_EXCEEDED"],
  ];
  for (const [body, said] of refused) {
    const { status, json } = await post(url, body);
    assert.equal(status, 400, said);
    assert.equal(json.code, 50_035);
    assert.ok(JSON.stringify(json.errors).includes(said), JSON.stringify(json.errors));
  }
});

test("what is no message, no JSON, or for no webhook is refused with Discord's codes", async () => {
  const { url, deleteWebhook } = await start();
  const codeOf = async (to: string, body: unknown, type?: string) =>
    (await post(to, body, type)).json.code;
  assert.equal(await codeOf(url, { content: "  " }), 50_006);
  assert.equal(await codeOf(url, "{"), 50_109);
  assert.equal(await codeOf(url, { content: "a" }, "text/plain"), 50_109);
  assert.equal(await codeOf(`${url}0`, { content: "a" }), 50_027);
  assert.equal(await codeOf(url.replace("/2237", "/9"), { content: "a" }), 10_015);
  deleteWebhook();
  assert.equal(await codeOf(url, { content: "a" }), 10_015);
});

test("mentions ping unless allowed_mentions says no", async () => {
  const { url, pings } = await start();
  await post(url, { content: "@everyone <@1> <@&2>", allowed_mentions: { parse: [] } });
  await post(url, embed({ description: "@here <@1>" }));
  assert.deepEqual(pings, []);
  await post(url, { content: "@here <@1>" });
  await post(url, { content: "@here <@1>", allowed_mentions: { parse: ["users"] } });
  assert.deepEqual(pings, ["@here", "<@1>", "<@1>"]);
});

test("the sixth request in two seconds is refused, and told how long to wait", async () => {
  let now = 1_000;
  const clock = { now: () => now, setTimer: () => ({ cancel: () => undefined }) };
  const { url } = await start({ clock });
  for (let count = 0; count < 5; count++) {
    assert.equal((await post(url, { content: "a" })).status, 204);
  }
  const limited = await post(url, { content: "a" });
  assert.equal(limited.status, 429);
  assert.equal(limited.headers.get("retry-after"), "2");
  assert.deepEqual(limited.json, {
    message: "You are being rate limited.",
    retry_after: 2,
    global: false,
  });
  now += 2_000;
  assert.equal((await post(url, { content: "a" })).status, 204);
});
