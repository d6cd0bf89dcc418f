/** "Seen N times" must be true however the triggers of a key are grouped when they are tried again. */

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { openSlackTalk } from "../../../test/support/slack-talk.ts";

/** A message is there; then a trigger, with `earlier` ones, is edited in, and its reply fails. */
async function halfTold(t: TestContext, options: { earlierCount: number }) {
  const talk = await openSlackTalk(t);
  await talk.deliver(talk.alert());
  const earlier = Array.from({ length: options.earlierCount }, () => talk.alert());
  const lead = talk.alert();
  const deliveryId = "lead";
  talk.slack.refuseNext(1, "service_unavailable", { path: "chat.postMessage" });
  assert.equal((await talk.deliver(lead, { deliveryId, earlier })).kind, "retry");
  const count = () =>
    Number(/seen (\d+) times/.exec(talk.slack.messages("security-alerts")[0]?.text ?? "")?.[1]);
  return { talk, earlier, lead, deliveryId, count };
}

test("what was counted is not counted again by a later trigger that speaks for it", async (t) => {
  const { talk, earlier, lead, count } = await halfTold(t, { earlierCount: 1 });
  assert.equal(count(), 3);
  await talk.deliver(talk.alert(), { earlier: [...earlier, lead] });
  assert.equal(count(), 4);
  const replies = talk.slack.messages("security-alerts").filter(({ threadTs }) => threadTs);
  assert.match(replies.at(-1)?.text ?? "", /Seen 3 times more, 4 in all/);
  const [memory] = talk.memories.values();
  assert.equal(memory?.["counted"], undefined, "nothing is left to remember of it");
});

test("what was counted with another is not counted again when it goes out alone", async (t) => {
  const { talk, earlier, lead, deliveryId, count } = await halfTold(t, { earlierCount: 2 });
  assert.equal(count(), 4);
  for (const alert of earlier) {
    assert.equal((await talk.deliver(alert)).kind, "delivered");
    assert.equal(count(), 4);
  }
  assert.equal((await talk.deliver(lead, { deliveryId })).kind, "delivered");
  assert.equal(count(), 4);
  await talk.deliver(talk.alert());
  assert.equal(count(), 5);
});
