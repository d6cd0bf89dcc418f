import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { AuditEntry } from "../../src/domain/audit.ts";
import { newId } from "../../src/ids.ts";
import { createSealer, type SealContext, type Sealer } from "../../src/sealer.ts";
import { Secret } from "../../src/secret.ts";
import { checkEncryptionKey } from "../../src/store/check-encryption-key.ts";
import { type SealedAnew, sealAnew } from "../../src/store/seal-anew.ts";
import type { Store } from "../../src/store/store.ts";
import type { OpenStore } from "../store-suite.ts";
import { sampleSink, sampleSlackIntegration, startAt } from "../support/store-samples.ts";
import { onFreshStore } from "./on-fresh-store.ts";

const [formerKey, newKey] = [randomBytes(32), randomBytes(32)];
const former = createSealer(formerKey);
const both = createSealer(newKey, formerKey);
const next = createSealer(newKey);

const audit = (): AuditEntry => ({
  id: newId(),
  at: startAt,
  tenantId: null,
  actor: { role: "operator", apiKeyId: null, via: "command" },
  action: "encryption_key.rotated",
  resourceId: both.keyId,
  name: null,
  fields: [],
  address: "",
  forwardedFor: null,
  requestId: newId(),
});

const secretOf = ({ id }: SealContext) => `secret of ${id}`;

function seal(sealer: Sealer, context: SealContext): string {
  return sealer.seal({ key: new Secret(secretOf(context)) }, context);
}

/** As many sinks, an integration of a tenant's and of the operator's, and an install under way. */
async function fill(store: Store, sealer: Sealer, sinkCount: number): Promise<void> {
  for (let count = 0; count < sinkCount; count++) {
    const sink = sampleSink();
    const eventSink = { ...sink, sealedSecrets: seal(sealer, sink) };
    await store.createEventSink({ eventSink, createsTenant: true });
  }
  const bare = sampleSink({ sealedSecrets: null });
  await store.createEventSink({ eventSink: bare, createsTenant: true });
  for (const tenantId of ["acme", null]) {
    const integration = sampleSlackIntegration({ tenantId });
    const sealedSecrets = seal(sealer, integration);
    await store.putSlackIntegration({ ...integration, sealedSecrets });
  }
  const install = { tenantId: "acme", id: "f00d" };
  await store.createSlackInstall({
    tenantId: "acme",
    stateHash: install.id,
    name: "",
    sealedSecrets: seal(sealer, install),
    expiresAt: startAt + 1,
    now: startAt,
  });
}

/** Everything sealed that does not start so. */
async function readSealed(store: Store, prefix: string) {
  const kinds = ["event_sink", "slack_integration", "slack_install"] as const;
  const lists = kinds.map((kind) => store.listSealed({ kind, prefix, after: null, limit: 1_000 }));
  return (await Promise.all(lists)).flat();
}

const all = "v1.none.";

async function assertOpens(store: Store, sealer: Sealer, count: number): Promise<void> {
  const records = await readSealed(store, all);
  assert.equal(records.length, count);
  for (const record of records) {
    const opened = sealer.unseal(record.sealedSecrets, record);
    assert.equal(opened["key"]?.reveal(), secretOf(record));
  }
}

/** What is sealed, and how it is sealed anew when the key changes. */
export function sealedRecordTests(openStore: OpenStore): void {
  const test = onFreshStore(openStore);

  test("everything is sealed anew, in bounded steps, and no version moves", async ({ store }) => {
    await checkEncryptionKey(store, former);
    await fill(store, former, 7);
    await checkEncryptionKey(store, both);
    const steps: number[] = [];
    const onStep = (count: number) => steps.push(count);
    const result = await sealAnew({ store, sealer: both, audit: audit(), stepCount: 3, onStep });
    assert.deepEqual(result, { sealedCount: 10, refused: [], isFinished: true } as SealedAnew);
    assert.deepEqual(steps, [3, 6, 7, 9, 10]);
    await assertOpens(store, next, 10);
    const { items } = await store.listEventSinks({ tenantId: "acme", after: null, limit: 100 });
    assert.ok(items.every(({ version, updatedAt }) => version === 1 && updatedAt === startAt));
    const any = { tenantId: null, apiKeyId: null, action: null, resourceId: null };
    const page = { since: null, until: null, after: null, limit: 9 };
    const { items: told } = await store.listAudit({ ...any, ...page });
    assert.deepEqual(
      told.map(({ action, resourceId }) => [action, resourceId]),
      [["encryption_key.rotated", both.keyId]],
    );
  });

  test("what was cut off is gone on with, and meanwhile both keys are asked for", async ({
    store,
    reopen,
  }) => {
    await checkEncryptionKey(store, former);
    await fill(store, former, 7);
    await checkEncryptionKey(store, both);
    let stepsLeft = 2;
    const cutOff: Store = {
      ...store,
      replaceSealed: async (input) => {
        if (stepsLeft-- === 0) throw new Error("killed");
        return store.replaceSealed(input);
      },
    };
    const cut = sealAnew({ store: cutOff, sealer: both, audit: audit(), stepCount: 3 });
    await assert.rejects(cut, /killed/);
    const reopened = await reopen();
    assert.equal((await readSealed(reopened, `v1.${both.keyId}.`)).length, 4, "some are left");
    await assertOpens(reopened, both, 10);
    await checkEncryptionKey(reopened, both);
    await assert.rejects(checkEncryptionKey(reopened, former), /rotated both are needed/);
    await assert.rejects(checkEncryptionKey(reopened, next), /rotated both are needed/);

    const rest = await sealAnew({ store: reopened, sealer: both, audit: audit(), stepCount: 3 });
    assert.deepEqual([rest.sealedCount, rest.isFinished], [4, true]);
    await assertOpens(reopened, next, 10);
    await checkEncryptionKey(reopened, next);
    await assert.rejects(checkEncryptionKey(reopened, former), /not the one/);
  });

  test("what neither key opens is told of and left as it is", async ({ store }) => {
    await checkEncryptionKey(store, former);
    await fill(store, former, 3);
    const odd = sampleSink();
    const sealedSecrets = seal(createSealer(randomBytes(32)), odd);
    await store.createEventSink({ eventSink: { ...odd, sealedSecrets }, createsTenant: true });
    await checkEncryptionKey(store, both);
    const result = await sealAnew({ store, sealer: both, audit: audit(), stepCount: 2 });
    assert.deepEqual(
      result.refused.map(({ record }) => record.id),
      [odd.id],
    );
    assert.deepEqual([result.sealedCount, result.isFinished], [6, false]);
    await assert.rejects(checkEncryptionKey(store, next), /not the one/);
    await store.deleteEventSink({ tenantId: null, id: odd.id, now: startAt, ifVersion: null });
    assert.ok((await sealAnew({ store, sealer: both, audit: audit() })).isFinished);
  });

  test("a record that was saved meanwhile keeps what was saved", async ({ store }) => {
    await fill(store, former, 1);
    const [record] = await readSealed(store, all);
    assert.ok(record);
    const eventSink = await store.getEventSink({ tenantId: null, id: record.id });
    assert.ok(eventSink);
    const saved = { ...eventSink, sealedSecrets: "saved", version: 2 };
    await store.updateEventSink({ eventSink: saved, ifVersion: 1 });
    assert.equal(await store.replaceSealed({ records: [{ ...record, sealedAnew: "late" }] }), 0);
    const kept = await store.getEventSink({ tenantId: null, id: record.id });
    assert.equal(kept?.sealedSecrets, "saved");
  });
}
