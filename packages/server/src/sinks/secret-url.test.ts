import assert from "node:assert/strict";
import { test } from "node:test";
import { inputFor, problemOf, readSink, requestOf } from "../../test/support/sink-steps.ts";
import { redact } from "../secret.ts";
import { discord } from "./discord/discord.ts";
import { teams } from "./teams/teams.ts";

const token = "3d89bb7572e0fb30d8128367b3b1b44fecd1726de135cbe28a41f8b2f777c372ba2939e7";
const discordUrl = `https://discord.com/api/webhooks/223704706495545344/${token}`;
const teamsUrl =
  "https://prod-11.westeurope.logic.azure.com:443/workflows/7e2c2dc8cc4a4678b1113ede1d55d5a1/triggers/manual/paths/invoke?api-version=2016-06-01&sig=c-3iiBjByin64STF8bVGeRrjAu6%3DhGR7";

test("what is shown of a URL names the place and not the secret", () => {
  const shown = "https://discord.com/api/webhooks/223704706495545344";
  const sink = readSink(discord, { url: discordUrl });
  assert.deepEqual(discord.configuration(sink), { url: `${shown}/********` });
  assert.equal(discord.target(sink.settings), shown);
  const workflow = readSink(teams, { url: teamsUrl });
  const host = "https://prod-11.westeurope.logic.azure.com";
  assert.deepEqual(teams.configuration(workflow), { url: `${host}/********` });
  assert.equal(teams.target(workflow.settings), host);
});

test("a mask sent back, or nothing, means unchanged; another mask is refused", () => {
  const sink = readSink(discord, { url: discordUrl });
  for (const args of [{}, { url: String(sink.settings["url"]) }]) {
    assert.deepEqual(readSink(discord, args, sink), sink);
  }
  for (const current of [null, sink]) {
    const url = "https://discord.com/api/webhooks/1/********";
    assert.match(problemOf(discord.readArgs({ url }, current))?.message ?? "", /masked/);
  }
  const moved = readSink(discord, { url: discordUrl.replace("223704706495545344", "7") }, sink);
  assert.match(String(moved.settings["url"]), /webhooks\/7\/\*+$/);
});

test("each telling part of a URL is masked where it is echoed alone", () => {
  for (const [sinkType, url] of [
    [discord, discordUrl],
    [teams, teamsUrl],
  ] as const) {
    const { secrets } = readSink(sinkType, { url });
    const { href, pathname, search, searchParams } = new URL(url);
    const echoes = [href, pathname + search, search, ...searchParams.values(), pathname];
    const masked = redact(echoes.join("\n"), Object.values(secrets));
    for (const part of [token, "7e2c2dc8cc4a4678b1113ede1d55d5a1", "c-3iiBjByin64STF8bVG"]) {
      assert.ok(!masked.includes(part), masked);
    }
  }
});

test("what is no URL of the platform's is refused unquoted, with the cure", () => {
  const refused = [
    "",
    "discord.com/api/webhooks/1/abcdefghijklmnop",
    "ftp://discord.com/api/webhooks/1/abcdefghijklmnop",
    "https://user:pass@discord.com/api/webhooks/1/abcdefghijklmnop",
    `${discordUrl}\r\nx: y`,
    `${discordUrl} `,
    `${discordUrl}/slack`,
    "https://discord.com/api/webhooks/223704706495545344",
    "https://discord.com/channels/1/2",
    `https://discord.com/api/webhooks/1/${"a".repeat(2_100)}`,
    `${discordUrl}\ud800`,
  ];
  for (const url of refused) {
    const problem = problemOf(discord.readArgs({ url }, null));
    assert.equal(problem?.path, "Discord.url", url);
    assert.ok(!problem?.message.includes(token) && !problem?.message.includes("pass@"));
  }
  for (const url of ["https://contoso.webhook.office.com/", "nothing"]) {
    assert.equal(problemOf(teams.readArgs({ url }, null))?.path, "MicrosoftTeams.url", url);
  }
});

test("requests go to the URL itself, and Discord's wait for the message to be saved", () => {
  const thread = readSink(discord, { url: `${discordUrl}?thread_id=42&wait=false#x` });
  const { url } = requestOf(discord.step(inputFor(thread)));
  assert.equal(url, `${discordUrl}?thread_id=42&wait=true`);
  const workflow = readSink(teams, { url: teamsUrl });
  assert.equal(requestOf(teams.step(inputFor(workflow))).url, new URL(teamsUrl).href);
});

test("the pace's key is one for each URL and gives nothing of it away", () => {
  const keyOf = (url: string) => discord.pace(readSink(discord, { url })).key;
  assert.equal(keyOf(discordUrl), keyOf(discordUrl));
  assert.notEqual(keyOf(discordUrl), keyOf(`${discordUrl}a`));
  assert.doesNotMatch(keyOf(discordUrl), /3d89bb|22370/);
});
