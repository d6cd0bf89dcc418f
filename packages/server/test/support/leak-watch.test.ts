import assert from "node:assert/strict";
import { test } from "node:test";
import { createLeakWatch } from "./leak-watch.ts";

const secret = 'a "secret"/of+ours ~';

test("a planted leak is found in every form it may take, with its name and place", () => {
  const forms = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify({ token: secret }),
    JSON.stringify({ text: JSON.stringify(secret) }),
    Buffer.from(`x:${secret}`).toString("base64"),
    Buffer.from(`xy:${secret}`).toString("base64"),
    Buffer.from(`xyz:${secret}`).toString("base64url"),
    Buffer.from(secret).toString("hex"),
    Buffer.from(secret).toString("hex").toUpperCase(),
  ];
  for (const form of forms) {
    const watch = createLeakWatch();
    watch.plant("the token", secret);
    watch.see("an innocent place", "nothing to see");
    watch.see("the log", `before ${form} after`);
    assert.throws(() => watch.assertNone(), /the token in the log/, form);
  }
});

test("what holds no secret is no leak", () => {
  const watch = createLeakWatch();
  watch.plant("the token", secret);
  watch.see("the log", '<secret> and a half: a "secret"/of');
  assert.deepEqual(watch.assertNone(), { secretCount: 1, textCount: 1 });
  assert.deepEqual(watch.placesOf("<secret>"), ["the log"]);
  assert.throws(() => watch.plant("short", "abc"));
});
