import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { systemClock } from "../clock.ts";
import { type Config, readConfig } from "../config.ts";
import type { AuditEntry } from "../domain/audit.ts";
import {
  beginFileRotation,
  type EncryptionKeys,
  endFileRotation,
  findEncryptionKeys,
} from "../encryption-key.ts";
import { newId } from "../ids.ts";
import { createSealer, type Sealer } from "../sealer.ts";
import { checkEncryptionKey } from "../store/check-encryption-key.ts";
import { attachStore } from "../store/client.ts";
import { openStore } from "../store/open-store.ts";
import { type SealedAnew, sealAnew } from "../store/seal-anew.ts";
import type { Store } from "../store/store.ts";
import { type Command, type CommandInput, type ExitCode, refuseSettings } from "./command.ts";

export const rotateEncryptionKeyCommand: Command = {
  name: "rotate-encryption-key",
  summary: "seal all stored secrets with a new key",
  words: [],
  flags: {},
  help:
    "Where the key is kept in the file encryption.key, this makes a new one there. Where it comes from the settings, give\n" +
    "the new one as EVENT_SINKS_ENCRYPTION_KEY and the former as EVENT_SINKS_ENCRYPTION_KEY_SECOND.\n" +
    "On SQLite stop the service first; on PostgreSQL it may run. It can be killed at any time and be run again.\n" +
    "docs/encryption-key.md has the steps.",
  async run(input) {
    const settings = readConfig(input.environment);
    if (!settings.ok) return refuseSettings(settings.problems, input.warn);
    process.umask(0o077);
    const { database } = settings.config;
    const path = database.kind === "sqlite" ? resolve(database.path) : null;
    if (path !== null && !existsSync(path)) {
      input.warn(`There is no ${path}: there are no secrets to seal anew.\n`);
      return 1;
    }
    const opened = await openStore(database, {});
    const store = attachStore(opened.connect());
    try {
      return await rotate(store, settings.config, path === null ? "." : dirname(path), input);
    } finally {
      await store.close();
      await opened.close();
    }
  },
};

async function rotate(
  store: Store,
  config: Config,
  folder: string,
  { say, warn }: CommandInput,
): Promise<ExitCode> {
  const found = findEncryptionKeys(config, folder);
  if (found === null) {
    warn(`There is no encryption.key in ${folder}. Put back the file that was there.\n`);
    return 1;
  }
  // A wrong key is refused before anything is changed.
  await checkEncryptionKey(store, createSealer(found.key, found.second));
  if (found.path === null && found.second === null) {
    warn(
      "There is one key only. Give the new one as EVENT_SINKS_ENCRYPTION_KEY (openssl rand -base64 32) and the " +
        "former as EVENT_SINKS_ENCRYPTION_KEY_SECOND, here and at the service.\n",
    );
    return 2;
  }
  const keys = found.second === null ? beginFileRotation(folder, found) : found;
  const sealer = createSealer(keys.key, keys.second);
  await checkEncryptionKey(store, sealer);
  const result = await sealAnew({
    store,
    sealer,
    audit: auditEntry(sealer),
    onStep: (count) => say(`${count} sealed with key ${sealer.keyId}\n`),
  });
  return report(result, sealer, keys, folder, { say, warn });
}

function report(
  { isFinished, refused, sealedCount }: SealedAnew,
  { keyId }: Sealer,
  keys: EncryptionKeys,
  folder: string,
  { say, warn }: Pick<CommandInput, "say" | "warn">,
): ExitCode {
  for (const { record, message } of refused) {
    const owner = record.tenantId === null ? "the operator" : `tenant ${record.tenantId}`;
    warn(`The secrets of ${record.kind} ${record.id} of ${owner} cannot be opened. ${message}\n`);
  }
  if (!isFinished) {
    warn(
      refused.length > 0
        ? "All others are done. Delete those, or save them with their secrets, then run this again; keep both keys until then.\n"
        : "Something was sealed with the former key meanwhile. See that all nodes have the new one, then run this again.\n",
    );
    return 1;
  }
  const formerPath = keys.path === null ? null : endFileRotation(folder, keys);
  say(
    `Done: all stored secrets are sealed with key ${keyId} (${sealedCount} anew).\n` +
      (formerPath === null
        ? "EVENT_SINKS_ENCRYPTION_KEY_SECOND is no longer needed by the database, only by backups made until now.\n"
        : `The former key is in ${formerPath}, for backups made until now: move it to where they are, and delete both together.\n`),
  );
  return 0;
}

function auditEntry({ keyId }: Sealer): AuditEntry {
  return {
    id: newId(),
    at: systemClock.now(),
    tenantId: null,
    actor: { role: "operator", apiKeyId: null, via: "command" },
    action: "encryption_key.rotated",
    resourceId: keyId,
    name: null,
    fields: [],
    address: "",
    forwardedFor: null,
    requestId: newId(),
  };
}
