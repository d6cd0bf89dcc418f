import assert from "node:assert/strict";
import { test } from "node:test";
import { problemOf, readSink } from "../../../test/support/sink-steps.ts";
import { foundChannel, readSettings, withChannel } from "./args.ts";
import { slack } from "./slack.ts";

const slack_integration_id = "00000000-0000-0000-0000-000000000001";
const channel_id = "C12345678";
const sink = readSink(slack, { channel_id, slack_integration_id });

test("a channel is needed, by ID or by its deprecated name", () => {
  for (const nothing of [{}, { channel_id: null }, { channel_id: null, channel: null }]) {
    const problem = problemOf(slack.readArgs({ slack_integration_id, ...nothing }, null));
    assert.equal(problem?.path, "Slack.channel_id");
    assert.match(problem?.message ?? "", /channel_id/);
  }
});

test("a name is taken with or without #, in any case, and shown until the ID is known", () => {
  for (const channel of ["#security-alerts", "security-alerts", "#Security-Alerts"]) {
    const named = readSink(slack, { channel, slack_integration_id });
    assert.deepEqual(slack.configuration(named), {
      channel_id: null,
      channel_name: "security-alerts",
      slack_integration_id,
    });
    assert.equal(slack.target(named.settings), "Slack #security-alerts");
  }
});

test("an ID that is a name, and a name that is none, are refused", () => {
  for (const id of ["security-alerts", "#security", "c12345678", "U12345678", ""]) {
    const problem = problemOf(slack.readArgs({ channel_id: id, slack_integration_id }, null));
    assert.equal(problem?.path, "Slack.channel_id", id);
  }
  for (const channel of ["#", " ", "two words", "<!channel>", "##x"]) {
    const problem = problemOf(slack.readArgs({ channel, slack_integration_id }, null));
    assert.equal(problem?.path, "Slack.channel", channel);
  }
});

test("the ID wins over the deprecated name", () => {
  const both = readSink(slack, { channel_id, channel: "#other", slack_integration_id });
  assert.deepEqual(both.settings, { slack_integration_id, channel_id, channel_name: null });
});

test("the integration cannot change, but may be repeated", () => {
  const other = "00000000-0000-0000-0000-000000000002";
  const changed = slack.readArgs({ channel_id, slack_integration_id: other }, sink);
  assert.equal(problemOf(changed)?.path, "Slack.slack_integration_id");
  assert.match(problemOf(changed)?.message ?? "", /cannot change/);
  readSink(slack, { channel_id: "C2222", slack_integration_id }, sink);
  const noUuid = slack.readArgs({ channel_id, slack_integration_id: "1" }, null);
  assert.equal(problemOf(noUuid)?.path, "Slack.slack_integration_id");
});

test("an update without a channel changes nothing; a new channel forgets the old name", () => {
  const named = { ...sink, settings: withChannel(sink.settings, { id: channel_id, name: "sec" }) };
  assert.deepEqual(readSink(slack, {}, named).settings, named.settings);
  assert.deepEqual(slack.configuration(readSink(slack, { channel_id }, named)), {
    channel_id,
    channel_name: "sec",
    slack_integration_id,
  });
  assert.deepEqual(slack.configuration(readSink(slack, { channel_id: "C87654321" }, named)), {
    channel_id: "C87654321",
    channel_name: null,
    slack_integration_id,
  });
  const byName = readSink(slack, { channel: "#new" }, named);
  assert.equal(readSettings(byName.settings).channelId, null);
  assert.equal(slack.target(byName.settings), "Slack #new");
});

test("a channel found for one name does not count for another", () => {
  const named = readSink(slack, { channel: "#old", slack_integration_id });
  const learned = foundChannel("old", { id: "COLD", name: "old" });
  assert.equal(readSettings({ ...named.settings, ...learned }).channelId, "COLD");
  const renamed = readSink(slack, { channel: "#new" }, named);
  assert.equal(readSettings({ ...renamed.settings, ...learned }).channelId, null);
  const byId = readSink(slack, { channel_id }, named);
  assert.equal(readSettings({ ...byId.settings, ...learned }).channelId, channel_id);
});
