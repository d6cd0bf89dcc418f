import type { Registry } from "prom-client";
import type { Clock } from "../clock.ts";
import type { EngineControl } from "../engine/engine-control.ts";
import type { Replayer } from "../engine/replayer.ts";
import type { Log } from "../log.ts";
import type { Outbound } from "../outbound/outbound.ts";
import type { Sealer } from "../sealer.ts";
import type { VendorUrls } from "../sinks/sink-type.ts";
import type { SlackApp } from "../sinks/slack/oauth.ts";
import type { Store } from "../store/store.ts";
import type { TlsMaterial } from "../tls-files.ts";
import type { AdmissionLimits } from "./gate/admission.ts";
import type { PressureLimits } from "./gate/pressure.ts";

/** What the operator decides about the HTTP layer. */
export interface HttpSettings {
  /** `EVENT_SINKS_REQUIRE_HTTPS`: webhook URLs must be `https:`. */
  readonly requireHttps: boolean;
  /** `EVENT_SINKS_ALLOW_CIDRS`: what sinks saved by the operator may reach although it is not public. */
  readonly allowCidrs: readonly string[];
  /** `EVENT_SINKS_ALLOW_HOSTS`: names that may lead those sinks inside. */
  readonly allowHosts: readonly string[];
  readonly alertBytesMax: number;
  readonly batchBytesMax: number;
  readonly vendors: VendorUrls;
  /** Where browsers reach this service, with a slash at the end; null: where it listens. */
  readonly publicUrl: string | null;
  /** What can be installed; null: nothing. */
  readonly slackApp: SlackApp | null;
  readonly admission: AdmissionLimits & PressureLimits;
  readonly connectionsMax: number;
  /** Null: plain HTTP, for a proxy that does TLS. */
  readonly tls: TlsMaterial | null;
}

/** What the HTTP layer is given. */
export interface HttpDeps {
  readonly store: Store;
  readonly engine: EngineControl;
  readonly replayer: Pick<Replayer, "wake">;
  readonly outbound: Outbound;
  readonly sealer: Sealer;
  /** SHA-256 of the operator key, hex. */
  readonly operatorKeyHash: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: HttpSettings;
  /** Metrics of this thread. */
  readonly metrics: Registry;
  /** True once the service has begun to stop: it is no longer ready for new work. */
  readonly isStopping: () => boolean;
}
