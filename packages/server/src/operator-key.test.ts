import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { promisify } from "node:util";
import { isEncryptionKey, loadEncryptionKeys } from "./encryption-key.ts";
import { hashApiKey, loadOperatorKey, newApiKey } from "./operator-key.ts";
import { Secret } from "./secret.ts";

const root = mkdtempSync(join(tmpdir(), "event-sinks-keys-"));
after(() => rmSync(root, { recursive: true }));
const loadEncryptionKey = (key: Secret | null, folder: string) =>
  loadEncryptionKeys({ encryptionKey: key, encryptionKeySecond: null }, folder);
let folderCount = 0;
const newFolder = () => join(root, String(++folderCount), "data");

it("an operator key from the settings is used, and nothing is written", () => {
  const folder = newFolder();
  const loaded = loadOperatorKey(new Secret("k".repeat(32)), folder);
  assert.equal(loaded.key.reveal(), "k".repeat(32));
  assert.deepEqual([loaded.isNew, loaded.path], [false, null]);
  assert.throws(() => statSync(folder));
});

it("the first start makes a key for the owner's eyes only, and the next start finds it", () => {
  const folder = newFolder();
  for (const [load, name] of [
    [loadOperatorKey, "operator.key"],
    [loadEncryptionKey, "encryption.key"],
  ] as const) {
    const first = load(null, folder);
    assert.equal(first.isNew, true);
    assert.equal(first.path, join(folder, name));
    assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
    assert.equal(readFileSync(join(folder, name), "utf8"), `${first.key.reveal()}\n`);
    const second = load(null, folder);
    assert.equal(second.key.reveal(), first.key.reveal());
    assert.deepEqual([second.isNew, second.warning], [false, null]);
  }
  assert.deepEqual(readdirSync(folder).sort(), ["encryption.key", "operator.key"]);
});

it("several starts at the same moment agree on one key", async () => {
  const folder = newFolder();
  const script = `
    const { loadOperatorKey } = await import(${JSON.stringify(new URL("./operator-key.ts", import.meta.url).href)});
    const at = Number(process.argv[1]);
    while (Date.now() < at);
    const { key, isNew } = loadOperatorKey(null, ${JSON.stringify(folder)});
    console.log(key.reveal(), isNew);`;
  const at = String(Date.now() + 400);
  const run = promisify(execFile);
  const runs = Array.from({ length: 4 }, () =>
    run(process.execPath, ["--input-type=module", "-e", script, at]),
  );
  const lines = (await Promise.all(runs)).map(({ stdout }) => stdout.trim().split(" "));
  assert.equal(new Set(lines.map(([key]) => key)).size, 1);
  assert.equal(lines.filter(([, isNew]) => isNew === "true").length, 1);
  assert.deepEqual(readdirSync(folder), ["operator.key"]);
});

it("a key file that others may read is used with a warning that says what to do", () => {
  const folder = newFolder();
  const path = loadOperatorKey(null, folder).path ?? "";
  chmodSync(path, 0o644);
  assert.equal(loadOperatorKey(null, folder).warning?.includes(`chmod 600 ${path}`), true);
});

it("a key file that holds no key is refused rather than replaced", () => {
  const folder = newFolder();
  loadOperatorKey(null, folder);
  loadEncryptionKey(null, folder);
  const good = Buffer.alloc(32).toString("base64");
  for (const content of [`${good}\nshort`, `${good}\n${good}\n${good}`]) {
    writeFileSync(join(folder, "encryption.key"), content);
    assert.throws(() => loadEncryptionKey(null, folder), /encryption\.key/);
  }
  for (const content of ["", "\n", "short"]) {
    writeFileSync(join(folder, "operator.key"), content);
    writeFileSync(join(folder, "encryption.key"), content);
    assert.throws(() => loadOperatorKey(null, folder), /operator\.key/);
    assert.throws(() => loadEncryptionKey(null, folder), /encryption\.key/);
    assert.equal(readFileSync(join(folder, "encryption.key"), "utf8"), content);
  }
});

it("new keys are long, plain and different; encryption keys are 32 bytes", () => {
  const keys = new Set(Array.from({ length: 100 }, newApiKey));
  assert.equal(keys.size, 100);
  for (const key of keys) assert.match(key, /^esk_[0-9A-Za-z]{44}$/);
  assert.equal(isEncryptionKey(loadEncryptionKey(null, newFolder()).key.reveal()), true);
});

it("a key is stored as its SHA-256", () => {
  // The digest of "abc" is FIPS 180-2's own example.
  assert.equal(
    hashApiKey("abc"),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});
