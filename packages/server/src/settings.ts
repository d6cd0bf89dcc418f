/**
 * Every setting, once: how it is read, what it means, and what it is without being set.
 * `config.ts` reads the environment by this table; `event-sinks config` and
 * `docs/reference/settings.md` are printed from it. A setting stands here when it does
 * something, not before.
 */

import { type LogLevel, logLevels } from "./log.ts";
import type { Secret } from "./secret.ts";
import {
  type DatabaseLocation,
  type ListenAddress,
  type Reading,
  readApiKey,
  readBaseUrl,
  readBoolean,
  readBytes,
  readCidrs,
  readCount,
  readDatabaseUrl,
  readEncryptionKey,
  readHosts,
  readListen,
  readMailFrom,
  readOneOf,
  readOrigin,
  readPath,
  readPostgresUrl,
  readSlackBotToken,
  readSlackClientId,
  readSlackClientSecret,
  readSmtpUrl,
  showBytes,
  showDatabase,
} from "./setting-readers.ts";

export interface Setting<Value> {
  /** The environment variable. */
  readonly name: `EVENT_SINKS_${string}`;
  /** As it would stand in the environment; null: nothing is set. */
  readonly default: string | null;
  /** What happens when nothing is set and there is no default. */
  readonly without?: string;
  /** Sentences for operators, in Markdown. */
  readonly meaning: string;
  readonly isSecret: boolean;
  read(text: string): Reading<Value>;
  /** As it would stand in the environment. */
  show(value: Value): string;
}

type Given<Value> = Pick<Setting<Value>, "name" | "meaning" | "read"> & {
  readonly show?: (value: Value) => string;
};

function withDefault<Value>(text: string, given: Given<Value>): Setting<Value> {
  return { show: String, ...given, default: text, isSecret: false };
}

function optional<Value>(without: string, given: Given<Value>): Setting<Value | null> {
  return { show: String, ...given, default: null, without, isSecret: false };
}

function secret(without: string, given: Given<Secret>): Setting<Secret | null> {
  return { ...given, default: null, without, isSecret: true, show: String };
}

const mib = 1024 * 1024;
const sizeMin = 1024;

export const settings = {
  listen: withDefault<ListenAddress>("127.0.0.1:8080", {
    name: "EVENT_SINKS_LISTEN",
    meaning:
      "The address and port to serve on. `0.0.0.0:8080` takes connections from other machines, `[::1]:8080` is IPv6, and port 0 picks a free one.",
    read: readListen,
    show: ({ host, port }) => `${host.includes(":") ? `[${host}]` : host}:${port}`,
  }),
  tlsCert: optional<string>("plain HTTP, for the machine itself or a proxy that does TLS", {
    name: "EVENT_SINKS_TLS_CERT",
    meaning:
      "A PEM file with the certificate, and those between it and its authority, to serve `https:` with. SIGHUP reads it, and the two below, anew (`docs/deploy.md`).",
    read: readPath,
  }),
  tlsKey: optional<string>("it must be set when `EVENT_SINKS_TLS_CERT` is", {
    name: "EVENT_SINKS_TLS_KEY",
    meaning: "A PEM file with the certificate's private key, unencrypted.",
    read: readPath,
  }),
  tlsClientCa: optional<string>("no certificate is asked of clients", {
    name: "EVENT_SINKS_TLS_CLIENT_CA",
    meaning:
      "A PEM file with certificate authorities. Alerts are then taken only from clients that show a certificate one of them has signed, besides their key (mTLS).",
    read: readPath,
  }),
  database: withDefault<DatabaseLocation>("sqlite:./data/event-sinks.db", {
    name: "EVENT_SINKS_DATABASE_URL",
    meaning:
      "Where everything is stored: `sqlite:` and the path of a file, or `postgres://user:password@host:5432/database` for one or more nodes on a PostgreSQL database of their own (`docs/postgres.md`). Keys that the service makes for itself are kept in the folder of the file; with PostgreSQL `EVENT_SINKS_API_KEY` and `EVENT_SINKS_ENCRYPTION_KEY` must be set, alike on all nodes.",
    read: readDatabaseUrl,
    show: showDatabase,
  }),
  databaseListenUrl: secret("`LISTEN` goes where `EVENT_SINKS_DATABASE_URL` says", {
    name: "EVENT_SINKS_DATABASE_LISTEN_URL",
    meaning:
      "A way to the same PostgreSQL that leads past a pooler, for one connection of each node that waits for news of the others. Without such a way nodes behind a pooler in transaction mode look for news ten times a second.",
    read: readPostgresUrl,
  }),
  apiKey: secret(
    "made at the first start and kept in the file `operator.key` beside the database",
    {
      name: "EVENT_SINKS_API_KEY",
      meaning:
        "The operator's API key, which may do everything for all tenants. At least 32 characters.",
      read: readApiKey,
    },
  ),
  encryptionKey: secret(
    "made at the first start and kept in the file `encryption.key` beside the database",
    {
      name: "EVENT_SINKS_ENCRYPTION_KEY",
      meaning:
        "The key that stored secrets are sealed with: 32 bytes in base64. Without it a copy of the database tells no secrets, and neither can the service: keep it safe, and apart from the backups.",
      read: readEncryptionKey,
    },
  ),
  encryptionKeySecond: secret("only secrets sealed with the one key can be opened", {
    name: "EVENT_SINKS_ENCRYPTION_KEY_SECOND",
    meaning:
      "A second key, which only opens what was sealed with it: the former one while keys are rotated (`event-sinks rotate-encryption-key`; `docs/encryption-key.md`). For one that is kept in a file it is not needed.",
    read: readEncryptionKey,
  }),
  slackApiUrl: withDefault<string>("https://slack.com/api/", {
    name: "EVENT_SINKS_SLACK_API_URL",
    meaning: "Slack's Web API. Point it elsewhere for tests; it may then be a private address.",
    read: readBaseUrl,
  }),
  slackBotToken: secret("Slack sinks need an integration of their own", {
    name: "EVENT_SINKS_SLACK_BOT_TOKEN",
    meaning:
      "A Slack bot token (`xoxb-…`). It makes the Slack integration `00000000-0000-0000-0000-000000000001`, for sinks saved with the operator's key.",
    read: readSlackBotToken,
  }),
  slackClientId: optional<string>("the Slack app cannot be installed from here", {
    name: "EVENT_SINKS_SLACK_CLIENT_ID",
    meaning:
      "The Client ID of your Slack app, from its Basic Information page; `docs/slack.md` says how to make the app. With `EVENT_SINKS_SLACK_CLIENT_SECRET` it lets tenants install the app, and renews tokens that run out.",
    read: readSlackClientId,
  }),
  slackClientSecret: secret("the Slack app cannot be installed from here", {
    name: "EVENT_SINKS_SLACK_CLIENT_SECRET",
    meaning: "The Client Secret of the same Slack app.",
    read: readSlackClientSecret,
  }),
  publicUrl: optional<string>("the address of `EVENT_SINKS_LISTEN`", {
    name: "EVENT_SINKS_PUBLIC_URL",
    meaning:
      "Where people's browsers reach this service, such as `https://sinks.example.com/`. Slack sends them back to `v1/slack_integration/callback` below it, and the Slack app must list that as a redirect URL.",
    read: readBaseUrl,
  }),
  pagerdutyUrl: withDefault<string>("https://events.pagerduty.com", {
    name: "EVENT_SINKS_PAGERDUTY_URL",
    meaning:
      "The origin of PagerDuty's Events API; `https://events.eu.pagerduty.com` for accounts in the EU. Point it elsewhere for tests; it may then be a private address.",
    read: readOrigin,
  }),
  smtpUrl: secret("e-mail sinks cannot be saved", {
    name: "EVENT_SINKS_SMTP_URL",
    meaning:
      "The SMTP server that takes the mail of e-mail sinks: `smtps://user:password@mail.example.com` (TLS from the start, port 465) or `smtp://…` (STARTTLS, port 587); signs in the user name or password are percent-encoded. Certificates are verified. On a server of the same machine STARTTLS is not used, unless `?requireTLS=true` asks for it; `?ignoreTLS=true` sends unencrypted anywhere.",
    read: readSmtpUrl,
  }),
  mailFrom: optional<string>("it must be set when `EVENT_SINKS_SMTP_URL` is", {
    name: "EVENT_SINKS_MAIL_FROM",
    meaning:
      "Who mails come from: an address the SMTP server lets you send as, such as `alerts@example.com` or `Event Sinks <alerts@example.com>`.",
    read: readMailFrom,
  }),
  allowCidrs: withDefault<readonly string[]>("", {
    name: "EVENT_SINKS_ALLOW_CIDRS",
    meaning:
      "Private addresses and ranges that sinks may reach all the same, separated by commas, such as `10.20.0.0/16,192.168.1.5`. They serve only sinks saved with the operator's key. Empty: none.",
    read: readCidrs,
    show: (cidrs) => cidrs.join(","),
  }),
  allowHosts: withDefault<readonly string[]>("", {
    name: "EVENT_SINKS_ALLOW_HOSTS",
    meaning:
      "Names whose addresses sinks may reach although they are private or this machine's, separated by commas, such as `hooks.corp.example,*.svc.cluster.local`; `*.` stands for every name below. They serve only sinks saved with the operator's key. Whoever rules such a name's DNS chooses where in your network it leads; link-local addresses and the clouds' metadata services stay closed all the same. Empty: none.",
    read: readHosts,
    show: (hosts) => hosts.join(","),
  }),
  requireHttps: withDefault<boolean>("false", {
    name: "EVENT_SINKS_REQUIRE_HTTPS",
    meaning: "`true` refuses webhook sinks whose URL is `http:`.",
    read: readBoolean,
  }),
  alertBytesMax: withDefault<number>("2MiB", {
    name: "EVENT_SINKS_ALERT_BYTES_MAX",
    meaning: "The largest alert that is taken, in bytes, `KiB` or `MiB`.",
    read: readBytes(sizeMin, 64 * mib),
    show: showBytes,
  }),
  batchBytesMax: withDefault<number>("8MiB", {
    name: "EVENT_SINKS_BATCH_BYTES_MAX",
    meaning: "The largest batch of alerts that is taken in one request. Not less than one alert.",
    read: readBytes(sizeMin, 256 * mib),
    show: showBytes,
  }),
  intakeAlertsMax: withDefault<number>("5000", {
    name: "EVENT_SINKS_INTAKE_ALERTS_MAX",
    meaning:
      "Alerts that are let in and not yet on disk, at most. More are refused with 503 and `Retry-After`; a tenant's key gets three quarters of it, and 429 past that. What is on disk does not count: a backlog of deliveries is no reason to refuse.",
    read: readCount(1_000, 1_000_000),
  }),
  intakeBytesMax: withDefault<number>("64MiB", {
    name: "EVENT_SINKS_INTAKE_BYTES_MAX",
    meaning:
      "The same in bytes of request bodies, from the moment a request is let in. Not less than one batch.",
    read: readBytes(sizeMin, 4096 * mib),
    show: showBytes,
  }),
  memoryBytesMax: optional<number>("three quarters of what the machine or container has", {
    name: "EVENT_SINKS_MEMORY_MAX",
    meaning:
      "While the process holds more memory than this, new alerts are refused with 503; deliveries go on.",
    read: readBytes(128 * mib, 1024 * 1024 * mib),
    show: showBytes,
  }),
  diskFreeBytesMin: withDefault<number>("256MiB", {
    name: "EVENT_SINKS_DISK_FREE_MIN",
    meaning:
      "While the database's disk has less space left than this, new alerts are refused with 503, so that what was taken can still be delivered and recorded. `0` waits until nothing can be written.",
    read: readBytes(0, 1024 * 1024 * mib),
    show: showBytes,
  }),
  connectionsMax: withDefault<number>("4096", {
    name: "EVENT_SINKS_CONNECTIONS_MAX",
    meaning:
      "Connections to the API at a time. One too many is told so with 503 and closed; probes and metrics are answered on it all the same. Mind the limit of open files (`ulimit -n`).",
    read: readCount(16, 1_000_000),
  }),
  stopDelayS: withDefault<number>("0", {
    name: "EVENT_SINKS_STOP_DELAY",
    meaning:
      "Seconds from SIGTERM until it stops taking requests. `/readyz` fails from the start of them, so that a load balancer can send requests elsewhere first. A few more than the time between its probes.",
    read: readCount(0, 600),
  }),
  stopGraceS: withDefault<number>("10", {
    name: "EVENT_SINKS_STOP_GRACE",
    meaning:
      "Seconds that attempts under way get to finish after that. What takes longer is cut off, recorded as ambiguous, and tried again after the next start.",
    read: readCount(0, 600),
  }),
  retentionDays: withDefault<number>("30", {
    name: "EVENT_SINKS_RETENTION_DAYS",
    meaning:
      "How many days alerts, their deliveries and attempts are kept after they are settled, 1 to 3650. A tenant may have its own (`PUT /v1/tenant/{id}`). What is pending is kept; what a paused or broken sink holds for longer ends as `failed`.",
    read: readCount(1, 3_650),
  }),
  auditRetentionDays: withDefault<number>("400", {
    name: "EVENT_SINKS_AUDIT_RETENTION_DAYS",
    meaning:
      "How many days entries of the audit log are kept, 365 to 36500. The database itself refuses to delete younger ones than 365.",
    read: readCount(365, 36_500),
  }),
  logLevel: withDefault<LogLevel>("info", {
    name: "EVENT_SINKS_LOG_LEVEL",
    meaning: `How much is logged: ${logLevels.map((level) => `\`${level}\``).join(", ")}.`,
    read: readOneOf(logLevels),
  }),
} as const;

export type SettingKey = keyof typeof settings;

/** Settings of the design that this version has no use for yet; to set one is a mistake. */
export const laterSettings: readonly string[] = [
  "EVENT_SINKS_SLACK_SIGNING_SECRET",
  "EVENT_SINKS_WORKERS",
];
