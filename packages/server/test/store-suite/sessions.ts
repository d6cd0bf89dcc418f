import assert from "node:assert/strict";
import type { Session } from "../../src/store/store.ts";
import type { OpenStore } from "../store-suite.ts";
import { startAt } from "../support/store-samples.ts";
import { onFreshStore } from "./on-fresh-store.ts";

const session = (name: string, change: Partial<Session> = {}): Session => ({
  tokenHash: `token ${name}`,
  keyHash: "key",
  createdAt: startAt,
  expiresAt: startAt + 1_000,
  ...change,
});

/** Who is signed in. */
export function sessionTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("a session is found until it is deleted, over a restart too", async ({ store, reopen }) => {
    const one = session("one");
    await store.createSession({ session: one, sessionsMax: 9 });
    const reopened = await reopen();
    assert.deepEqual(await reopened.findSession({ tokenHash: one.tokenHash }), one);
    await reopened.deleteSession({ tokenHash: one.tokenHash });
    assert.equal(await reopened.findSession({ tokenHash: one.tokenHash }), null);
  });

  test("expired sessions go when another begins", async ({ store }) => {
    await store.createSession({ session: session("old"), sessionsMax: 9 });
    const later = { createdAt: startAt + 1_000, expiresAt: startAt + 2_000 };
    await store.createSession({ session: session("new", later), sessionsMax: 9 });
    assert.equal(await store.findSession({ tokenHash: "token old" }), null);
    assert.ok(await store.findSession({ tokenHash: "token new" }));
  });

  test("a key has a bounded number of sessions: the oldest ends", async ({ store }) => {
    for (const [index, name] of ["a", "b", "c"].entries()) {
      const one = session(name, { createdAt: startAt + index });
      await store.createSession({ session: one, sessionsMax: 2 });
    }
    await store.createSession({ session: session("d", { keyHash: "other" }), sessionsMax: 2 });
    const left = await Promise.all(
      ["a", "b", "c", "d"].map((name) => store.findSession({ tokenHash: `token ${name}` })),
    );
    assert.deepEqual(left.map(Boolean), [false, true, true, true]);
  });
}
