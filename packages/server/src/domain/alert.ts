import type { AlertUid, TenantId } from "../ids.ts";
import type { AlertAction } from "./delivery.ts";
import type { JsonObject } from "./json.ts";
import type { SeverityId } from "./severity.ts";

/** An alert as it is stored and delivered. Times are ms since the epoch. */
export interface Alert {
  /** Ours (UUIDv7); what paths use. */
  readonly uid: AlertUid;
  readonly tenantId: TenantId;
  /** The caller's; the uid when the caller gave none. */
  readonly id: string;
  readonly name: string;
  readonly action: AlertAction;
  readonly dedupKey: string;
  /**
   * True when the caller named the problem: by `dedup_key`, or by a template that builds the
   * key. A default key never joins Slack messages.
   */
  readonly hasExplicitKey: boolean;
  readonly severityId: SeverityId;
  readonly tags: readonly string[];
  /** Recorded but not delivered. */
  readonly staging: boolean;
  /**
   * The alert as JSON text, flat, every field as it came, without `event_sink_ids` and
   * `alert_template`, with the template's rendered labels and `event-sinks-hops`: byte for
   * byte what a webhook gets.
   */
  readonly body: string;
  /** `alert_template` as JSON text, well-formed; see `template.ts`. */
  readonly template: string | null;
  readonly receivedAt: number;
}

/** What a sink type sees of an alert. */
export interface SinkAlert extends Alert {
  /** It is sent again because somebody asked for it; platforms that can are told so. */
  readonly isReplay?: boolean | undefined;
  /** `body`, parsed once; numbers keep their digits. */
  fields(): JsonObject;
}
