import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { laterSettings, type Setting, type SettingKey, settings } from "./settings.ts";

type ValueOf<Kind> = Kind extends Setting<infer Value> ? Value : never;

/** Every setting's value, read once at start and passed in from then on. */
export type Config = { readonly [Key in SettingKey]: ValueOf<(typeof settings)[Key]> };

export type Environment = Readonly<Record<string, string | undefined>>;

export type ReadConfigResult =
  | { readonly ok: true; readonly config: Config }
  /** All at once, a sentence each; none holds a secret. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads the settings from an environment. A variable that is empty or blank counts as not set. */
export function readConfig(environment: Environment): ReadConfigResult {
  const problems = Object.keys(environment).flatMap(nameProblems);
  const values: Partial<Record<SettingKey, unknown>> = {};
  for (const [key, setting] of settingEntries()) {
    const text = environment[setting.name]?.trim() || setting.default;
    const reading = text === null ? { value: null } : setting.read(text);
    if ("problem" in reading) problems.push(`${setting.name} ${reading.problem}`);
    else values[key] = reading.value;
  }
  if (problems.length > 0) return { ok: false, problems };
  // Complete, since every setting has been read without a problem.
  const config = Object.freeze(values) as Config;
  const contradictions = findContradictions(config);
  return contradictions.length > 0 ? { ok: false, problems: contradictions } : { ok: true, config };
}

/** The settings in the order in which people should read about them. */
export function settingEntries(): [SettingKey, Setting<unknown>][] {
  return Object.entries(settings) as [SettingKey, Setting<unknown>][];
}

function findContradictions(config: Config): string[] {
  const problems: string[] = [];
  if (config.batchBytesMax < config.alertBytesMax) {
    problems.push(
      "EVENT_SINKS_BATCH_BYTES_MAX must not be less than EVENT_SINKS_ALERT_BYTES_MAX, or a batch could not hold one alert.",
    );
  }
  if (config.intakeBytesMax < config.batchBytesMax) {
    problems.push(
      "EVENT_SINKS_INTAKE_BYTES_MAX must not be less than EVENT_SINKS_BATCH_BYTES_MAX, or a full batch could never come in.",
    );
  }
  if (config.encryptionKeySecond !== null && config.encryptionKey === null) {
    problems.push(
      "EVENT_SINKS_ENCRYPTION_KEY_SECOND is of use only beside EVENT_SINKS_ENCRYPTION_KEY: set that one too, or neither.",
    );
  }
  if (config.database.kind !== "postgres" && config.databaseListenUrl !== null) {
    problems.push(
      "EVENT_SINKS_DATABASE_LISTEN_URL is of use only when EVENT_SINKS_DATABASE_URL names PostgreSQL: remove it.",
    );
  }
  if (config.database.kind === "postgres") {
    const missing = [
      config.encryptionKey === null ? ["EVENT_SINKS_ENCRYPTION_KEY", "-base64"] : null,
      config.apiKey === null ? ["EVENT_SINKS_API_KEY", "-hex"] : null,
    ].filter((one) => one !== null);
    for (const [name, form] of missing) {
      problems.push(
        `${name} must be set when EVENT_SINKS_DATABASE_URL names PostgreSQL, to the same value on all nodes. Make one, once: openssl rand ${form} 32`,
      );
    }
  }
  if ((config.slackClientId === null) !== (config.slackClientSecret === null)) {
    problems.push(
      "EVENT_SINKS_SLACK_CLIENT_ID and EVENT_SINKS_SLACK_CLIENT_SECRET belong together: set both, or neither.",
    );
  }
  if ((config.tlsCert === null) !== (config.tlsKey === null)) {
    problems.push(
      "EVENT_SINKS_TLS_CERT and EVENT_SINKS_TLS_KEY belong together: set both, or neither.",
    );
  }
  if (config.tlsClientCa !== null && config.tlsCert === null) {
    problems.push(
      "EVENT_SINKS_TLS_CLIENT_CA needs EVENT_SINKS_TLS_CERT and EVENT_SINKS_TLS_KEY: only over TLS do clients show certificates.",
    );
  }
  if (config.smtpUrl !== null && config.mailFrom === null) {
    problems.push(
      "EVENT_SINKS_MAIL_FROM must be set when EVENT_SINKS_SMTP_URL is: every mail needs a sender.",
    );
  }
  return problems;
}

const prefix = "EVENT_SINKS_";

/** Kubernetes sets these in every pod beside a Service called event-sinks. */
const kubernetesNames = /^EVENT_SINKS_(SERVICE_|PORT($|_))/;

function nameProblems(name: string): string[] {
  if (!name.startsWith(prefix) || kubernetesNames.test(name)) return [];
  if (laterSettings.includes(name)) {
    return [`${name} is not there yet in this version. Remove it, as it would do nothing.`];
  }
  const known = settingEntries().map(([, setting]) => setting.name);
  if (known.some((knownName) => knownName === name)) return [];
  const [nearest] = known
    .map((knownName) => ({ knownName, distance: editDistance(name, knownName) }))
    .sort((a, b) => a.distance - b.distance);
  const isNear = nearest !== undefined && nearest.distance <= (name.length - prefix.length) / 2;
  const hint = isNear
    ? `Did you mean ${nearest.knownName}?`
    : "Run event-sinks config to see all settings.";
  return [`${name} is not a setting. ${hint}`];
}

/** How many letters have to be added, removed or changed (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...to].entries()) {
      const changed = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/**
 * The process's environment, and below it a `.env` file in `directory` if there is one.
 * The only place that looks at either. Throws when the file is there but cannot be read.
 */
export function readEnvironment(directory: string = process.cwd()): Environment {
  return { ...readEnvFile(join(directory, ".env")), ...process.env };
}

function readEnvFile(path: string): Environment {
  try {
    return parseEnv(readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return {};
    throw new Error(`${path} cannot be read: ${String(error)}`, { cause: error });
  }
}
