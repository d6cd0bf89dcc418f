import { randomUUID } from "node:crypto";
import { Agent, request } from "undici";

/** What was sent, and what of it was answered 202: the ledger outside the service. */
export interface Ledger {
  readonly accepted: Set<string>;
  /** Sent, but the answer never came: may or may not be stored. Sent again under the same id. */
  readonly unknown: Set<string>;
}

export interface LoadOptions {
  readonly url: string;
  readonly operatorKey: string;
  readonly tenantId: string;
  readonly senders: number;
  readonly batchSize: number;
  /** True ends the load after the requests under way. */
  readonly isOver: () => boolean;
}

/**
 * Sends batches of alerts from several senders at once until told to stop or until the service
 * is gone. What was in doubt from an earlier life goes first, as a careful client would do.
 */
export async function runLoad(ledger: Ledger, options: LoadOptions): Promise<void> {
  const agent = new Agent({ connections: options.senders, pipelining: 1 });
  const doubtful = [...ledger.unknown];
  async function send(): Promise<void> {
    while (!options.isOver()) {
      const ids = doubtful.splice(0, options.batchSize);
      while (ids.length < options.batchSize) ids.push(randomUUID());
      for (const id of ids) ledger.unknown.add(id);
      const taken = await post(agent, ids, options);
      if (taken === null) return;
      for (const id of taken) {
        ledger.accepted.add(id);
        ledger.unknown.delete(id);
      }
    }
  }
  await Promise.all(Array.from({ length: options.senders }, send));
  await agent.destroy();
}

/**
 * The ids that were answered as taken; null when the service is gone.
 * @throws when it refuses the load: then there is nothing to balance.
 */
async function post(
  agent: Agent,
  ids: readonly string[],
  { url, operatorKey, tenantId }: LoadOptions,
): Promise<string[] | null> {
  const alerts = ids.map((id) => ({ tenant_id: tenantId, id, name: "crash test", severity_id: 3 }));
  let status: number;
  let text: string;
  try {
    const answer = await request(`${url}/v1/alert/batch`, {
      dispatcher: agent,
      method: "POST",
      headers: { authorization: `Bearer ${operatorKey}`, "content-type": "application/json" },
      body: JSON.stringify({ alerts }),
    });
    status = answer.statusCode;
    text = await answer.body.text();
  } catch {
    return null;
  }
  if (status === 503) return [];
  const results: { alert?: { id: string } }[] = status === 202 ? JSON.parse(text).alerts : [];
  const taken = results.flatMap(({ alert }) => (alert === undefined ? [] : [alert.id]));
  if (taken.length < ids.length) throw new Error(`the load was refused: ${text.slice(0, 500)}`);
  return taken;
}
