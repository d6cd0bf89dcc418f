/**
 * Waking other nodes. Mail lies in a table (`lane-mail.ts`), and its reader looks for it now and then
 * in any case; NOTIFY only makes it look at once. So nothing is lost with a notification.
 *
 * Whoever has left mail notifies after its commit, in a statement of its own: a transaction that
 * notifies takes, as it commits, a lock that all others of the cluster wait for.
 *
 * LISTEN is the one thing here that needs a session, so it has a connection of its own, which
 * may go another way than the rest (`EVENT_SINKS_DATABASE_LISTEN_URL`). Behind a pooler that gives
 * each transaction another connection nothing would be heard, and the pooler's connection would go on
 * listening for nobody: the first answer shows it, and then the node does without.
 */

import pg from "pg";
import type { EventSinkId } from "../../../ids.ts";
import type { Lane } from "../../store.ts";
import { keepAliveMs, type Queries } from "../database.ts";
import { laneKeys } from "../lane-keys.ts";

const channel = "event_sinks";
const retryMs = 5_000;

export const wakeOwnersSql = `SELECT pg_notify('${channel}', o.node_id::text) FROM (
  SELECT DISTINCT l.node_id FROM unnest($1::text[], $2::uuid[]) AS w(tenant_id, event_sink_id)
  JOIN lanes l ON l.tenant_id = w.tenant_id AND l.event_sink_id = w.event_sink_id) AS o`;

/** Wakes the owners of lanes; what is asked for while one statement is under way shares the next. */
export function createWaker(db: Queries): (lanes: readonly Lane[]) => void {
  const waiting = new Map<EventSinkId, Lane>();
  let isSending = false;
  const send = async () => {
    isSending = true;
    while (waiting.size > 0) {
      const keys = laneKeys([...waiting.values()]);
      waiting.clear();
      // When it fails they look by themselves.
      await db.run(wakeOwnersSql, ...keys).catch(() => {});
    }
    isSending = false;
  };
  return (lanes) => {
    for (const lane of lanes) waiting.set(lane.eventSinkId, lane);
    if (!isSending && waiting.size > 0) void send();
  };
}

export interface Listener {
  /** Whether notifications are heard, as far as is known. */
  readonly isListening: boolean;
  close(): Promise<void>;
}

export interface ListenerOptions {
  readonly url: string;
  /** Some node's mail is there. */
  readonly onWake: (nodeId: string) => void;
  /** Told once for each time that it cannot listen, with half a sentence. */
  readonly onDeaf: (reason: string) => void;
}

/** Listens, and tries again now and then when that fails. Must be closed. */
export function startListener({ url, onWake, onDeaf }: ListenerOptions): Listener {
  let client: pg.Client | null = null;
  let isListening = false;
  let isDeaf = false;
  let isClosed = false;
  let retry: NodeJS.Timeout | undefined;

  const lose = (lost: pg.Client, reason: string) => {
    if (lost !== client) return;
    client = null;
    isListening = false;
    void lost.end().catch(() => {});
    if (isClosed) return;
    if (!isDeaf) onDeaf(reason);
    isDeaf = true;
    retry = setTimeout(() => void connect(), retryMs).unref();
  };

  const connect = async () => {
    const mine = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: retryMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: keepAliveMs,
      application_name: "event-sinks listen",
    });
    client = mine;
    mine.on("error", (error) => lose(mine, error.message));
    mine.on("end", () => lose(mine, "the connection has ended"));
    mine.on("notification", ({ payload }) => onWake(payload ?? ""));
    try {
      await mine.connect();
      if (!(await hasSession(mine))) {
        client = null;
        await mine.end();
        onDeaf("a pooler stands between");
        return;
      }
      await mine.query(`LISTEN ${channel}`);
      isListening = client === mine;
      isDeaf = false;
    } catch (error) {
      lose(mine, error instanceof Error ? error.message : String(error));
    }
  };

  void connect();
  return {
    get isListening() {
      return isListening;
    },
    async close() {
      isClosed = true;
      clearTimeout(retry);
      const last = client;
      client = null;
      await last?.end().catch(() => {});
    },
  };
}

/** A pooler greets with a number of its own. */
async function hasSession(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
  const greetedBy = "processID" in client ? client.processID : undefined;
  return Number(rows[0]?.pid) === greetedBy;
}
