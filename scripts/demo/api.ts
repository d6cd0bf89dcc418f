// biome-ignore lint/suspicious/noExplicitAny: the demo reads answers by their documented shape
type Answer = any;

export interface Timing {
  readonly eventSinkId: string;
  readonly state: string;
  /** From receiving the alert to the end of the last attempt. */
  readonly tookMs: number;
  readonly attempts: number;
}

/** The few calls the demo makes. Throws with the service's own sentence when one is refused. */
export function createApi(url: string, key: string) {
  async function call(method: string, path: string, body?: string): Promise<Answer> {
    const answer = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body }),
    });
    const json: Answer = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${json.error}`);
    return json;
  }
  const get = (path: string) => call("GET", path);

  return {
    get,
    post: (path: string, body: object) => call("POST", path, JSON.stringify(body)),
    postText: (path: string, body: string) => call("POST", path, body),
    async waitUntilSettled(alertUid: string): Promise<void> {
      for (let tries = 0; tries < 500; tries++) {
        const { deliveries } = await get(`/v1/alert/${alertUid}`);
        if (deliveries.every(({ state }: Answer) => state !== "pending")) return;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new Error("an alert was not delivered within five seconds");
    },
    /** One row for each delivery, oldest first. */
    async timings(tenantId: string): Promise<Timing[]> {
      const { data } = await get(`/v1/delivery?tenant_id=${tenantId}`);
      const rows: Timing[] = [];
      for (const { id } of data.deliveries.reverse()) {
        const { delivery, attempts } = await get(`/v1/delivery/${id}`);
        const last = attempts.at(-1);
        const endedAt = Date.parse(last.started_at) + last.duration_ms;
        rows.push({
          eventSinkId: delivery.event_sink_id,
          state: delivery.state,
          tookMs: Math.round(endedAt - Date.parse(delivery.created_at)),
          attempts: attempts.length,
        });
      }
      return rows;
    },
  };
}
