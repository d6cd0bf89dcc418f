/**
 * Contenders: what is measured. Each is an HTTP service that takes an alert and delivers it to
 * the sinks that the alert names.
 *
 * | name | stored before the answer | signed | attempt log |
 * |---|---|---|---|
 * | `event-sinks` | fsync | yes | yes |
 * | `event-sinks-postgres` | fsync by PostgreSQL | yes | yes |
 * | `bare` | no: it answers when the sinks have answered; what a crash catches is lost | no | no |
 * | `bullmq-everysec` | in Redis's memory; up to a second is lost with the power | yes | no |
 * | `bullmq-always` | fsync by Redis | yes | no |
 * | `pg-boss`, `graphile-worker` | fsync by PostgreSQL | yes | no |
 * | `alertmanager` | no: pending alerts are in memory | no | no |
 */

import type { Target } from "../load/messages.ts";

export interface Setup {
  /** An empty folder of its own. */
  readonly directory: string;
  /** Where each sink delivers to. */
  readonly sinkUrls: readonly string[];
  /** Settings for `event-sinks`. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Running {
  readonly target: Omit<Target, "bodies">;
  /** One for each sink of the set-up, as an alert names them. */
  readonly sinkIds: readonly string[];
  readonly tenantId: string;
  /** Its processes, databases included. */
  readonly pids: readonly (number | undefined)[];
  /** An alert in its own form; that of `event-sinks` by default. */
  readonly toBody?: (alert: object) => string;
  /** Whether nothing is pending any more; for whoever can tell. */
  readonly isSettled?: () => Promise<boolean>;
  stop(): Promise<void>;
}

export interface Contender {
  readonly name: string;
  /** Why it cannot run on this machine; null when it can. */
  readonly missing: () => string | null;
  readonly start: (setup: Setup) => Promise<Running>;
}
