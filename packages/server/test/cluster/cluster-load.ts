import { randomUUID } from "node:crypto";
import { Agent, request } from "undici";

/** What was sent to the nodes and what they answered: kept outside of them. */
export interface ClusterLoad {
  /** Answered 202. */
  readonly accepted: ReadonlySet<string>;
  /** Answers 503 that said when to try again, and those that did not. */
  readonly refusals: { readonly told: number; readonly untold: number };
  /** Answers that were neither: there must be none. */
  readonly oddAnswers: readonly string[];
  /** Ends it when everything that is in doubt has been sent again and answered. */
  end(): Promise<void>;
}

export interface ClusterLoadOptions {
  /** Where nodes that can be reached are now. */
  readonly urls: () => readonly string[];
  readonly operatorKey: string;
  readonly tenantId: string;
  readonly eventSinkIds: readonly string[];
  readonly senders: number;
  readonly batchSize: number;
  /** Between two batches of a sender. */
  readonly pauseMs: number;
}

/** A request that has no answer after this long is sent to another node. */
const patienceMs = 4_000;

/**
 * Sends alerts to all nodes in turn, as careful clients would: what was not answered, or with 503, is sent
 * again under the same id, to another node. Each alert goes to one of the sinks.
 */
export function startClusterLoad(options: ClusterLoadOptions): ClusterLoad {
  const agent = new Agent({
    headersTimeout: patienceMs,
    bodyTimeout: patienceMs,
    connect: { timeout: patienceMs },
  });
  const accepted = new Set<string>();
  const refusals = { told: 0, untold: 0 };
  const oddAnswers: string[] = [];
  const doubtful: string[] = [];
  let isEnding = false;
  let turn = 0;

  async function send(): Promise<void> {
    while (!isEnding || doubtful.length > 0) {
      const ids = doubtful.splice(0, options.batchSize);
      while (!isEnding && ids.length < options.batchSize) ids.push(randomUUID());
      const taken = new Set(await post(ids));
      for (const id of ids) {
        if (taken.has(id)) accepted.add(id);
        else doubtful.push(id);
      }
      await sleep(taken.size === 0 ? 50 : options.pauseMs);
    }
  }

  async function post(ids: readonly string[]): Promise<string[]> {
    const urls = options.urls();
    const url = urls[turn++ % urls.length];
    if (url === undefined) return [];
    const alerts = ids.map((id) => ({
      ...{ tenant_id: options.tenantId, id, name: "cluster test", severity_id: 3 },
      event_sink_ids: [
        options.eventSinkIds[Number.parseInt(id.slice(0, 4), 16) % options.eventSinkIds.length],
      ],
    }));
    let answer: { status: number; text: string; retryAfter: unknown };
    try {
      const { statusCode, headers, body } = await request(`${url}/v1/alert/batch`, {
        dispatcher: agent,
        method: "POST",
        headers: {
          authorization: `Bearer ${options.operatorKey}`,
          "content-type": "application/json",
        },
        body: JSON.stringify({ alerts }),
      });
      answer = { status: statusCode, text: await body.text(), retryAfter: headers["retry-after"] };
    } catch {
      return [];
    }
    if (answer.status === 202) {
      const results: { alert?: { id: string } }[] = JSON.parse(answer.text).alerts;
      return results.flatMap(({ alert }) => (alert === undefined ? [] : [alert.id]));
    }
    if (answer.status !== 503) oddAnswers.push(`${answer.status} ${answer.text.slice(0, 300)}`);
    else if (Number(answer.retryAfter) > 0) refusals.told += 1;
    else refusals.untold += 1;
    return [];
  }

  const sending = Array.from({ length: options.senders }, send);
  return {
    accepted,
    refusals,
    oddAnswers,
    async end() {
      isEnding = true;
      await Promise.all(sending);
      await agent.destroy();
    },
  };
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
