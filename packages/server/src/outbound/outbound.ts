/**
 * The one way out.
 *
 * Everything this service sends (alerts to sinks, look-ups at Slack) goes through an
 * `Outbound`. It checks the address it really connects to, follows no redirect, ignores
 * proxy variables, and bounds time, headers and body. A result is data: a complete
 * answer, or a failure with its reason. It throws for bugs only.
 */

import type { Reason } from "../domain/reason.ts";

/**
 * Who chose the URL, and so what it may reach:
 * `public`: anyone; only globally routable addresses.
 * `operator`: saved with an operator key; those, and what `EVENT_SINKS_ALLOW_CIDRS` and `EVENT_SINKS_ALLOW_HOSTS` list.
 * `vendor`: the operator's own settings for Slack and PagerDuty; not guarded.
 * Connections are never shared between policies.
 */
export type OutboundPolicy = "public" | "operator" | "vendor";

export interface OutboundRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty for none. */
  readonly body: string;
  readonly policy: OutboundPolicy;
  /** For everything together: resolving, connecting, sending and reading the answer. */
  readonly timeoutMs: number;
  /** How much of the answer's body is read; `responseBytesMax` below when left out. */
  readonly responseBytesMax?: number | undefined;
}

export type OutboundResult =
  | {
      readonly kind: "response";
      readonly status: number;
      /** Names in lower case; repeated headers joined by `, `. */
      readonly headers: Readonly<Record<string, string>>;
      /** At most the request's `responseBytesMax` bytes, read as UTF-8. */
      readonly body: string;
      readonly isBodyCut: boolean;
      readonly durationMs: number;
    }
  | {
      readonly kind: "failure";
      readonly reason: Extract<
        Reason,
        "timeout" | "connection_failed" | "tls_failed" | "blocked_address" | "bad_response"
      >;
      /** A sentence for people; holds no part of the request but the host. */
      readonly detail: string;
      /** True when the request may have been received before it failed. */
      readonly ambiguous: boolean;
      readonly durationMs: number;
    };

/** A mail on its way out. */
export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Without angle brackets. */
  readonly messageId: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Hands mail to the operator's SMTP server. */
export interface Mailer {
  /** A response's `status` is the SMTP reply code, its body the reply's text. */
  send(mail: Mail, timeoutMs: number): Promise<OutboundResult>;
  close(): Promise<void>;
}

export interface Outbound {
  send(request: OutboundRequest): Promise<OutboundResult>;
  /** Cuts what is in flight and frees the sockets. */
  close(): Promise<void>;
}

/** Of an answer's body this much is kept, unless the request asks for more; the rest is not read. */
export const responseBytesMax = 16 * 1024;
