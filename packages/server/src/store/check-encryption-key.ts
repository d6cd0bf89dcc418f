import { canaryText, checkCanary, type Sealer, sealedPrefix } from "../sealer.ts";
import { canaryName, nextCanaryName } from "./seal-operations.ts";
import type { Store } from "./store.ts";

/**
 * Refuses a key that does not open what the store holds: a wrong one would let the service start and
 * fail at the first delivery. Throws `SealError` with a sentence for the operator.
 *
 * A key that follows the database's own, which must be there as the second, leaves a canary of its own
 * before anything is sealed with it. From then on, until `sealAnew` has finished, both keys are asked for.
 */
export async function checkEncryptionKey(store: Store, sealer: Sealer): Promise<void> {
  const canary = canaryText(sealer);
  const kept = await store.keepMeta({ name: canaryName, value: canary });
  checkCanary(sealer, kept);
  const next = kept.startsWith(sealedPrefix(sealer))
    ? await store.getMeta({ name: nextCanaryName })
    : await store.keepMeta({ name: nextCanaryName, value: canary });
  if (next !== null) checkCanary(sealer, next);
}
