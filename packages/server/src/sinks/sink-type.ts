/**
 * What a sink type is.
 *
 * A sink type is one object in one folder. It never sends, waits, retries, stores or
 * reads the environment: it says which request comes next (`step`) and what the answer
 * means (`outcome`). Both are pure. The engine does the rest, once for all types: it
 * sends through the guarded client, times out, masks secrets, retries and settles.
 *
 * Conversations of several requests (look a channel up, then post; join, then post) are
 * plain steps over a small `memory`, which the engine keeps per (sink, dedup_key) and
 * stores together with the settle. What is learnt about the sink itself (a channel's
 * name) is `learned`: merged into the sink's settings with the same settle.
 */

import type { SinkAlert } from "../domain/alert.ts";
import type { SinkTypeName } from "../domain/event-sink.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Reason } from "../domain/reason.ts";
import type { DeliveryId } from "../ids.ts";
import type { Secrets } from "../secret.ts";

/** A number of the vendor's that shapes what is sent. */
export interface Limit {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The vendor's page and the date it was read. */
  readonly source: string;
}

/** A sink's settings as its type reads them: what may be shown, and what may not. */
export interface SinkSettings {
  readonly settings: JsonObject;
  readonly secrets: Secrets;
}

/** Why arguments are refused: the path below `event_sink_args`, and a sentence with the cure. */
export interface ArgsProblem {
  readonly path: string;
  readonly message: string;
}

export type ReadArgsResult =
  | ({ readonly ok: true } & SinkSettings)
  | { readonly ok: false; readonly problem: ArgsProblem };

export interface StepInput extends SinkSettings {
  readonly alert: SinkAlert;
  /** The same over all retries of a delivery. */
  readonly deliveryId: DeliveryId;
  /** When this attempt is made, ms since the epoch. */
  readonly now: number;
  /** What earlier deliveries of this (sink, dedup_key), or earlier steps, left; `{}` at first. */
  readonly memory: JsonObject;
  /** The resolve of this alert's explicit key is stored already and waits for this delivery. */
  readonly isResolveWaiting: boolean;
  /** Earlier triggers of its key that this one speaks for too, oldest first; see `joinsRepeats`. */
  readonly earlier: readonly SinkAlert[];
  /** Origins of the vendors' APIs, from the operator's settings. */
  readonly vendors: VendorUrls;
}

export interface VendorUrls {
  /** Ends with a slash, e.g. `https://slack.com/api/`. */
  readonly slackApi: string;
  /** No slash at the end, e.g. `https://events.pagerduty.com`. */
  readonly pagerduty: string;
  /** Who mails come from, e.g. `Event Sinks <alerts@example.com>`; left out where none is set. */
  readonly mailFrom?: string | undefined;
}

/** The next request. Header values may hold revealed secrets; the engine masks them before it records. */
export interface SinkRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `vendor`: one of `VendorUrls`, set by the operator; `sink`: set by whoever saved the sink. */
  readonly audience: "vendor" | "sink";
  /**
   * How much of the answer this request needs, bytes; 16 KiB by default. Slack's channel
   * pages and its echo of a post are longer. What is recorded stays at 16 KiB.
   */
  readonly responseBytesMax?: number | undefined;
}

/** A complete HTTP answer, whatever its status; failures to get one never reach a sink type. */
export interface SinkResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most the request's `responseBytesMax`; the rest was cut. */
  readonly body: string;
}

interface Learning {
  /** Replaces the memory of this (sink, dedup_key). */
  readonly memory?: JsonObject;
  /** Merged into the sink's settings. */
  readonly learned?: JsonObject;
  /** What happened and, for failures, the exact cure, as a sentence for people. */
  readonly detail?: string;
}

export type SinkOutcome = Learning &
  (
    | {
        readonly kind: "delivered";
        /** Told in a poorer form, since the platform refused the full one. */
        readonly isDegraded?: true;
      }
    | {
        readonly kind: "retry";
        readonly reason: Reason;
        readonly detail: string;
        /** The access token has run out: the engine refreshes it and asks for the step again, once. */
        readonly isTokenExpired?: true;
        /** What the platform asked for, ms from now. */
        readonly retryAfterMs?: number;
        /** True when the platform may have taken it all the same. */
        readonly ambiguous?: boolean;
      }
    | {
        readonly kind: "rejected";
        readonly reason: Reason;
        /** What is wrong and the exact cure. */
        readonly detail: string;
        /**
         * The sink is at fault and no delivery could succeed until somebody mends it: the sink is
         * marked broken and the delivery held instead of failed.
         */
        readonly isSinkFault?: true;
        /** The platform asked never to be called again (410): the sink is paused as well. */
        readonly pausesSink?: true;
      }
    /** The answer asks for another request at once, e.g. the post after a look-up. */
    | { readonly kind: "next"; readonly memory: JsonObject }
  );

/** Nothing has to be sent, e.g. since an earlier request told it already. */
export interface SinkDone {
  readonly kind: "done";
  readonly outcome: SinkOutcome;
}

/** A mail, for sink types that are not HTTP; the answer's `status` is the SMTP reply code. */
export interface MailRequest {
  readonly kind: "mail";
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Without angle brackets; the same over retries. */
  readonly messageId: string;
  readonly headers: Readonly<Record<string, string>>;
}

export type Step = SinkRequest | MailRequest | SinkDone;

/**
 * How fast a platform takes what shares `key`: a bucket of `burst` requests that refills
 * with `perSecond`. A platform's Retry-After holds everything of the key.
 */
export interface Pace {
  /** Holds no secret in clear. */
  readonly key: string;
  readonly burst: number;
  readonly perSecond: number;
}

export interface RollUpInput extends Omit<StepInput, "alert" | "earlier" | "isResolveWaiting"> {
  /** Oldest first; at least two. */
  readonly alerts: readonly SinkAlert[];
  /** What earlier steps of this attempt left; `{}` at first, and forgotten with the attempt. */
  readonly memory: JsonObject;
}

/** One message that tells many alerts at once, for a backlog that a platform's pace would hold up. */
export interface RollUp {
  /** So many waiting problems of a sink, and it is used; alerts of one explicit key are one problem. */
  readonly backlogMin: number;
  /** At most so many alerts in one. */
  readonly alertsMax: number;
  /** Whether this alert may be rolled up: not the gravest, not what continues an open problem. */
  admits(alert: SinkAlert, memory: JsonObject): boolean;
  step(input: RollUpInput): SinkRequest;
  /** `memory` is what `remember` adds to each alert's (sink, dedup_key). */
  outcome(response: SinkResponse, input: RollUpInput): SinkOutcome;
  /** The memory of a (sink, dedup_key) that held `known`, after a roll-up that left `left`. */
  remember(known: JsonObject, left: JsonObject): JsonObject;
}

/**
 * JSON Schema of what stands under the wire name in `event_sink_args`. Plain data: TypeBox, which could
 * write it too, would be some 370 modules on the engine's thread, where no argument is checked.
 */
export interface ArgsSchema {
  readonly type: "object";
  /** Left out for none. */
  readonly required?: readonly string[];
  readonly properties: Readonly<Record<string, JsonObject>>;
  readonly additionalProperties: false;
  readonly title: string;
  readonly description?: string;
  readonly examples: readonly JsonObject[];
}

export interface SinkType {
  /** The folder's name; in logs, metrics and SQL. */
  readonly type: SinkTypeName;
  /** The key on the wire: `event_sink_type`, and the one key of `event_sink_args`. */
  readonly wireName: string;
  readonly title: string;
  /** For a new sink, and for changes to one. */
  readonly createArgs: ArgsSchema;
  readonly updateArgs: ArgsSchema;
  readonly limits: readonly Limit[];
  /** How long one request may take in all, ms. */
  readonly timeoutMs: number;
  /** True when a delivered test alert stays open at the platform until it is resolved. */
  readonly resolvesTests: boolean;
  /** Attempts of one sink at the same time; a type that keeps memory needs 1, so that none is overtaken. */
  readonly attemptsMax: number;
  /**
   * A trigger not yet sent is dropped (`superseded`) when the resolve of its explicit key arrives.
   */
  readonly dropsResolvedTriggers: boolean;
  /** Null where the platform names no rate. */
  pace(sink: SinkSettings): Pace | null;
  readonly rollUp: RollUp | null;
  /**
   * Waiting triggers of one explicit key are told together, by the newest of them: where a problem
   * has one message, each would cost an edit and a reply.
   */
  readonly joinsRepeats: boolean;
  /**
   * Turns arguments that match the schema into settings and secrets. On update `current` is
   * what the sink has; what the arguments leave out stays.
   */
  readArgs(args: JsonObject, current: SinkSettings | null): ReadArgsResult;
  /** What stands under the wire name in `configuration`; never a secret. */
  configuration(settings: SinkSettings): JsonObject | null;
  /** Where it goes, in a few words that are safe to show. */
  target(settings: JsonObject): string;
  step(input: StepInput): Step;
  /** Never called for a step that is done. */
  outcome(response: SinkResponse, input: StepInput): SinkOutcome;
}
