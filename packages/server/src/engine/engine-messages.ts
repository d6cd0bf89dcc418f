import type { LogLevel } from "../log.ts";
import type { VendorUrls } from "../sinks/sink-type.ts";
import type { StoreConnection } from "../store/protocol.ts";
import type { Lane } from "../store/store.ts";

/** What the engine begins with: plain data and ports. Its thread is there before, and loads its modules meanwhile. */
export interface EngineThreadData {
  readonly store: StoreConnection;
  /** Base64. A thread's data cannot hold a `Secret`. */
  readonly encryptionKey: string;
  readonly encryptionKeySecond: string | null;
  readonly allowCidrs: readonly string[];
  readonly allowHosts: readonly string[];
  readonly vendors: VendorUrls;
  /** With user name and password; null when there is no mail. */
  readonly smtpUrl: string | null;
  /** In clear too. */
  readonly slackApp: { readonly clientId: string; readonly clientSecret: string } | null;
  readonly logLevel: LogLevel;
}

/** What the rest of the service asks of the engine's thread. */
export type EngineCall =
  | { readonly name: "testEventSink"; readonly input: Lane }
  | { readonly name: "metrics" }
  | { readonly name: "stop"; readonly input: { readonly graceMs: number } };

/** A call, or with `id` 0 what it begins with. */
export type EngineMessage =
  | { readonly id: 0; readonly data: EngineThreadData }
  | { readonly id: number; readonly call: EngineCall };

/** Its answer; `id` 0 says that it has begun. */
export interface EngineReply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}
