import assert from "node:assert/strict";
import type { AlertFilter, DeliveryFilter, Page, Store } from "../../src/store/store.ts";
import type { OpenStore } from "../store-suite.ts";
import {
  accept,
  anyAlert,
  anyDelivery,
  claim,
  newAlert,
  pause,
  settlementOf,
  startAt,
  storedSink,
} from "../support/store-samples.ts";
import { onFreshStore } from "./on-fresh-store.ts";

/** Searching alerts and deliveries. */
export function searchTests(openStore: OpenStore): void {
  alertFilterTests(openStore);
  alertTextTests(openStore);
  deliveryFilterTests(openStore);
  summaryTests(openStore);
  pagingTests(openStore);
}

async function uids(store: Store, filter: Partial<AlertFilter & Page>): Promise<string[]> {
  const { items } = await store.listAlerts({ ...anyAlert, ...filter });
  return items.map(({ alert }) => alert.uid);
}

async function ids(store: Store, filter: Partial<DeliveryFilter & Page>): Promise<string[]> {
  const { items } = await store.listDeliveries({ ...anyDelivery, ...filter });
  return items.map(({ id }) => id);
}

function alertFilterTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("alerts are named by their uids, each tenant's own", async ({ store }) => {
    const sink = await storedSink(store);
    const others = await storedSink(store, { tenantId: "other" });
    const { alert } = await accept(store, sink, { name: "Größe\0" });
    const theirs = await accept(store, others, { name: "theirs" });
    const wanted = [alert.uid, theirs.alert.uid];
    const named = await store.nameAlerts({ tenantId: "acme", uids: wanted });
    assert.deepEqual(named, [{ uid: alert.uid, name: "Größe\0" }]);
    assert.deepEqual(await store.nameAlerts({ tenantId: "nobody", uids: wanted }), []);
  });

  test("alerts are found by the rule they name, whatever their key", async ({ store }) => {
    const sink = await storedSink(store);
    const of = async (detectionRuleId: string | undefined, dedupKey: string) => {
      const alert = { ...newAlert([sink], { dedupKey }), detectionRuleId };
      await store.acceptAlerts({ alerts: [alert], now: startAt });
      return alert.alert.uid;
    };
    const a = await of("rule:Größe", "k1");
    const b = await of("other", "k1");
    await of(undefined, "rule:Größe");
    const c = await of("rule:Größe", "k2");
    assert.deepEqual(await uids(store, { detectionRuleId: "rule:Größe" }), [c, a]);
    assert.deepEqual(await uids(store, { detectionRuleId: "rule:Größe", dedupKey: "k1" }), [a]);
    assert.deepEqual(await uids(store, { detectionRuleId: "other", after: c }), [b]);
    assert.deepEqual(await uids(store, { detectionRuleId: "k1" }), []);
    assert.deepEqual(await uids(store, { detectionRuleId: "other", tenantId: "nobody" }), []);
  });

  test("alerts are found by every filter, newest first, with their deliveries", async ({
    store,
  }) => {
    const [one, two] = [await storedSink(store), await storedSink(store)];
    const others = await storedSink(store, { tenantId: "other" });
    const hour = 3_600_000;
    const at = (hours: number) => startAt + hours * hour;
    const a = await accept(
      store,
      one,
      { severityId: 5, tags: ["aws", "root"], dedupKey: "k1", receivedAt: at(0) },
      at(0),
    );
    const b = await accept(
      store,
      two,
      { severityId: 2, tags: ["aws"], dedupKey: "k2", receivedAt: at(10) },
      at(10),
    );
    const c = await accept(
      store,
      one,
      { severityId: 5, tags: ["AWS"], dedupKey: "k1", receivedAt: at(20) },
      at(20),
    );
    await accept(store, others, { severityId: 5, tags: ["aws"], dedupKey: "k1" });
    const [A, B, C] = [a.alert.uid, b.alert.uid, c.alert.uid];
    const [leased] = (await claim(store, one)).deliveries;
    assert.equal(leased?.id, a.deliveryId);
    await store.settle({ settlements: [settlementOf(leased, { state: "failed" })] });

    assert.deepEqual(await uids(store, {}), [C, B, A]);
    assert.deepEqual(await uids(store, { tenantId: "nobody" }), []);
    assert.deepEqual(await uids(store, { severityId: 5 }), [C, A]);
    assert.deepEqual(await uids(store, { severityId: 0 }), []);
    assert.deepEqual(await uids(store, { tag: "aws" }), [B, A]);
    assert.deepEqual(await uids(store, { tag: "aw" }), []);
    assert.deepEqual(await uids(store, { dedupKey: "k1" }), [C, A]);
    assert.deepEqual(await uids(store, { dedupKey: "k1", severityId: 5, tag: "root" }), [A]);
    assert.deepEqual(await uids(store, { eventSinkId: two.id }), [B]);
    assert.deepEqual(await uids(store, { eventSinkId: others.id }), []);
    assert.deepEqual(await uids(store, { state: "failed" }), [A]);
    assert.deepEqual(await uids(store, { state: "pending", eventSinkId: one.id }), [C]);
    assert.deepEqual(await uids(store, { since: at(10) }), [C, B]);
    assert.deepEqual(await uids(store, { since: at(10) + 1 }), [C]);
    assert.deepEqual(await uids(store, { until: at(10) }), [A]);
    assert.deepEqual(await uids(store, { since: at(0), until: at(20) }), [B, A]);
    assert.deepEqual(await uids(store, { since: at(21) }), []);
    const { items } = await store.listAlerts({ ...anyAlert, state: "failed" });
    const found = await store.getAlert({ tenantId: "acme", id: A });
    assert.ok(found);
    const { body: _body, template: _template, ...summary } = found.alert;
    assert.deepEqual(items, [{ alert: summary, deliveries: found.deliveries }]);
  });
}

function alertTextTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("q is looked for in name, description, id and key, in any case", async ({ store }) => {
    const sink = await storedSink(store);
    const described = (description: unknown) => JSON.stringify({ description, noise: "zebra" });
    const name = await accept(store, sink, { name: "Root LOGIN from 50% of_hosts" });
    const id = await accept(store, sink, { id: "CASE-77" });
    const key = await accept(store, sink, { dedupKey: "rule:Größe" });
    const plain = await accept(store, sink, { body: described("An Admin signed in") });
    const escaped = await accept(store, sink, { body: described('said "hi"\nthen left') });
    await accept(store, sink, { body: described({ not: "text admin" }) });
    const found = (q: string) => uids(store, { q });
    assert.deepEqual(await found("root login from"), [name.alert.uid]);
    assert.deepEqual(await found("50% of_h"), [name.alert.uid]);
    assert.deepEqual(await found("case-77"), [id.alert.uid]);
    assert.deepEqual(await found("GRÖSSE"), []);
    assert.deepEqual(await found("grÖße"), [key.alert.uid]);
    assert.deepEqual(await found("admin"), [plain.alert.uid]);
    assert.deepEqual(await found('"HI"\nthen'), [escaped.alert.uid]);
    assert.deepEqual(await found("zebra"), [], "only the named fields are searched");
  });
}

function deliveryFilterTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("deliveries are found by every filter, newest first", async ({ store }) => {
    const [one, two] = [await storedSink(store), await storedSink(store)];
    const others = await storedSink(store, { tenantId: "other" });
    const both = newAlert([one, two]);
    await store.acceptAlerts({ alerts: [both], now: startAt });
    const late = await accept(store, one, {}, startAt + 10);
    await accept(store, others);
    const [first, second] = both.deliveries.map(({ id }) => id);
    assert.ok(first && second);
    const [leased] = (await claim(store, one)).deliveries;
    assert.ok(leased);
    await store.settle({
      settlements: [settlementOf(leased, { state: "failed", reason: "auth_failed" })],
    });

    assert.deepEqual(await ids(store, {}), [late.deliveryId, second, first]);
    assert.deepEqual(await ids(store, { tenantId: "nobody" }), []);
    assert.deepEqual(await ids(store, { eventSinkId: one.id }), [late.deliveryId, first]);
    assert.deepEqual(await ids(store, { eventSinkId: others.id }), []);
    assert.deepEqual(await ids(store, { alertUid: both.alert.uid }), [second, first]);
    assert.deepEqual(await ids(store, { alertUid: both.alert.uid, tenantId: "other" }), []);
    assert.deepEqual(await ids(store, { alertUid: both.alert.uid, eventSinkId: two.id }), [second]);
    assert.deepEqual(await ids(store, { state: "failed" }), [first]);
    assert.deepEqual(await ids(store, { state: "failed", eventSinkId: two.id }), []);
    assert.deepEqual(await ids(store, { state: "pending" }), [late.deliveryId, second]);
    assert.deepEqual(await ids(store, { reason: "auth_failed" }), [first]);
    assert.deepEqual(await ids(store, { reason: "timeout" }), []);
    assert.deepEqual(await ids(store, { since: startAt + 1 }), [late.deliveryId]);
    assert.deepEqual(await ids(store, { until: startAt + 10 }), [second, first]);
  });
}

function summaryTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("what failed and what waits is counted by sink and reason", async ({ store }) => {
    const [one, two] = [await storedSink(store), await storedSink(store)];
    const others = await storedSink(store, { tenantId: "other" });
    await accept(store, others);
    for (let n = 0; n < 6; n++) await accept(store, one, {}, startAt + n);
    const { deliveries } = await claim(store, one, startAt + 10);
    const ends = [
      ...[1, 2].map(() => ({ state: "failed", reason: "auth_failed" }) as const),
      { state: "failed", reason: "payload_refused" } as const,
      { state: "delivered" } as const,
    ];
    const settlements = ends.flatMap((end, index) => {
      const leased = deliveries[index];
      return leased === undefined ? [] : [settlementOf(leased, { ...end, now: startAt + 10 })];
    });
    await store.settle({ settlements });
    await accept(store, two, {}, startAt + 7);
    await pause(store, two, startAt + 8);

    const told = async (tenantId: string, eventSinkId: string | null = null) => {
      const { groups, isPartial } = await store.summarizeDeliveries({ tenantId, eventSinkId });
      assert.equal(isPartial, false);
      return groups
        .map((group) => [
          ...[group.eventSinkId === one.id ? "one" : "two", group.state, group.reason],
          ...[group.count, group.oldestAt - startAt, group.newestAt - startAt],
        ])
        .sort();
    };
    const ofOne = [
      ["one", "failed", "auth_failed", 2, 0, 1],
      ["one", "failed", "payload_refused", 1, 2, 2],
      ["one", "pending", null, 2, 4, 5],
    ];
    assert.deepEqual(await told("acme"), [...ofOne, ["two", "held", null, 1, 7, 7]]);
    assert.deepEqual(await told("acme", one.id), ofOne);
    assert.deepEqual(await told("acme", others.id), []);
    assert.deepEqual(await told("nobody"), []);
  });
}

function pagingTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("pages neither repeat nor leave out, also when alerts arrive meanwhile", async ({
    store,
  }) => {
    const sink = await storedSink(store);
    const alerts = Array.from({ length: 25 }, (_, index) =>
      newAlert([sink], { tags: index % 2 === 0 ? ["even"] : [] }),
    );
    await store.acceptAlerts({ alerts, now: startAt });
    const newestFirst = alerts.toReversed();
    const expected = newestFirst.filter(({ alert }) => alert.tags.length > 0);
    const seen: string[] = [];
    const seenDeliveries: string[] = [];
    let after: string | null = null;
    do {
      const filter = { ...anyAlert, tag: "even", after, limit: 4 };
      const page: Awaited<ReturnType<Store["listAlerts"]>> = await store.listAlerts(filter);
      seen.push(...page.items.map(({ alert }) => alert.uid));
      after = page.next;
      await accept(store, sink, { tags: ["even"] }, startAt + 1);
    } while (after !== null);
    do {
      const filter = { ...anyDelivery, until: startAt + 1, after, limit: 7 };
      const page: Awaited<ReturnType<Store["listDeliveries"]>> = await store.listDeliveries(filter);
      seenDeliveries.push(...page.items.map(({ id }) => id));
      after = page.next;
    } while (after !== null);
    assert.deepEqual(
      seen,
      expected.map(({ alert }) => alert.uid),
    );
    assert.deepEqual(
      seenDeliveries,
      newestFirst.flatMap(({ deliveries }) => deliveries.map(({ id }) => id)),
    );
  });

  test("a search that finds little ends its page early and goes on from there", async ({
    store,
  }) => {
    const sink = await storedSink(store);
    const first = await accept(store, sink, { severityId: 6 });
    for (let part = 0; part < 11; part += 1) {
      const alerts = Array.from({ length: 1_000 }, () => newAlert([]));
      await store.acceptAlerts({ alerts, now: startAt });
    }
    let pages = 0;
    let after: string | null = null;
    const found: string[] = [];
    do {
      const filter = { ...anyAlert, severityId: 6 as const, after, limit: 10 };
      const page: Awaited<ReturnType<Store["listAlerts"]>> = await store.listAlerts(filter);
      pages += 1;
      found.push(...page.items.map(({ alert }) => alert.uid));
      after = page.next;
    } while (after !== null);
    assert.deepEqual(found, [first.alert.uid]);
    assert.ok(pages > 1, "one page must not scan eleven thousand alerts");
  });
}
