import assert from "node:assert/strict";
import type { OpenStore } from "../store-suite.ts";
import {
  accept,
  claim,
  claimOne,
  eventually,
  listen,
  retryOf,
  startAt,
  storedSink,
} from "../support/store-samples.ts";
import { onFreshStore } from "./on-fresh-store.ts";

/** Critical and Fatal go first. */
export function urgencyTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("Critical and Fatal are claimed before everything else of their sink, the oldest due first", async ({
    store,
    reopen,
  }) => {
    const sink = await storedSink(store);
    const names = new Map<string, string>();
    const severities = [4, 99, 6, 0, 5, 6, 3] as const;
    for (const [at, severityId] of severities.entries()) {
      const { deliveryId } = await accept(store, sink, { severityId }, startAt + at);
      names.set(deliveryId, `${severityId} at ${at}`);
    }
    const claimed = async (opened: typeof store, limit: number) => {
      const { deliveries, nextDueAt } = await claim(opened, sink, startAt + 5, limit);
      return [deliveries.map(({ id }) => names.get(id)), nextDueAt];
    };
    assert.deepEqual(await claimed(store, 2), [["6 at 2", "5 at 4"], startAt]);
    assert.deepEqual(await claimed(store, 2), [["6 at 5", "4 at 0"], startAt + 1]);
    const reopened = await reopen();
    const all = ["6 at 2", "5 at 4", "6 at 5", "4 at 0", "99 at 1", "0 at 3"];
    assert.deepEqual(await claimed(reopened, 9), [all, startAt + 6]);
  });

  test("what is urgent and was stored before a restart is claimed before anything is offered", async ({
    store,
    reopen,
  }) => {
    const sink = await storedSink(store);
    await accept(store, sink, { severityId: 6 });
    const reopened = await reopen();
    const { offered, due } = listen(reopened, 5);
    await accept(reopened, sink);
    await eventually(() => due().length > 0);
    assert.deepEqual(offered(), []);
    assert.equal((await claim(reopened, sink)).deliveries.length, 2);
  });

  test("what is due next counts, urgent or not, and urgent is not before its time", async ({
    store,
  }) => {
    const sink = await storedSink(store);
    await accept(store, sink, { severityId: 5 });
    const urgent = await claimOne(store, sink);
    await store.settle({ settlements: [retryOf(urgent, startAt + 50)] });
    assert.equal((await claim(store, sink)).nextDueAt, startAt + 50);
    const later = await accept(store, sink, { severityId: 1 }, startAt + 70);
    assert.equal((await claim(store, sink)).nextDueAt, startAt + 50);
    const calm = await accept(store, sink, { severityId: 1 }, startAt + 20);
    assert.equal((await claim(store, sink)).nextDueAt, startAt + 20);
    assert.equal((await store.listLanes({}))[0]?.nextDueAt, startAt + 20);
    const { deliveries, nextDueAt } = await claim(store, sink, startAt + 20);
    assert.deepEqual(
      [deliveries.map(({ id }) => id), nextDueAt],
      [[calm.deliveryId], startAt + 50],
    );
    const rest = await claim(store, sink, startAt + 70);
    assert.deepEqual(
      rest.deliveries.map(({ id }) => id),
      [urgent.id, later.deliveryId],
    );
  });
}
