import type { IncomingMessage, ServerResponse } from "node:http";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from "fastify";
import type { SlackRefresher } from "../engine/refresh-slack-token.ts";
import type { AddressGuard } from "../outbound/address-guard.ts";
import type { ApiKey, Session, TenantSinks } from "../store/store.ts";
import type { AlertIntake } from "./alerts/alert-intake.ts";
import type { IntakeMetrics } from "./alerts/intake-metrics.ts";
import type { Admission } from "./gate/admission.ts";
import type { ApiKeyUses } from "./gate/api-key-uses.ts";
import type { LookupCache } from "./gate/lookup-cache.ts";
import type { RateLimiter } from "./gate/rate-limiter.ts";
import type { WrongKeys } from "./gate/wrong-keys.ts";
import type { HttpDeps } from "./http-deps.ts";
import type { ChannelBooks } from "./slack/slack-channel-book.ts";

/** What the routes share. */
export interface HttpContext extends HttpDeps {
  readonly intake: AlertIntake;
  readonly admission: Admission;
  readonly rateLimiter: RateLimiter;
  readonly tenantSinks: LookupCache<TenantSinks>;
  /** By the key's hash. */
  readonly apiKeys: LookupCache<ApiKey>;
  readonly apiKeyUses: ApiKeyUses;
  readonly wrongKeys: WrongKeys;
  /** By the token's hash. */
  readonly sessions: LookupCache<Session>;
  /** Browsers reach this service over TLS. */
  readonly isHttps: boolean;
  readonly intakeMetrics: IntakeMetrics;
  /** Which addresses a sink may name, by who saves it. */
  readonly guards: Readonly<Record<"public" | "operator", AddressGuard>>;
  readonly slackRefresher: SlackRefresher;
  readonly channelBooks: ChannelBooks;
}

/** Fastify, with types read from TypeBox schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;
