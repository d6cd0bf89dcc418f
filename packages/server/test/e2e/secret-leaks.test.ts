/**
 * Secrets planted wherever one can be, every route and failure exercised with them, and then every
 * place where one could show: API answers, records of attempts, metrics, the log, the pages, the
 * files of the database, a backup, what commands say, and what a crash leaves.
 */

import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import pg from "pg";
import {
  callEveryRoute,
  echoEverywhere,
  mistype,
  newSecret,
  plantSecrets,
} from "../support/leak-scenario.ts";
import { assertUsed, installSlackApp, signIn } from "../support/leak-uses.ts";
import { createLeakWatch, type LeakWatch } from "../support/leak-watch.ts";
import { startPostgres } from "../support/postgres-server.ts";
import { runCommand } from "../support/run-command.ts";
import { startPlatforms } from "../support/start-platforms.ts";
import {
  eventually,
  freshDirectory,
  type RunningService,
  startService,
} from "../support/start-service.ts";

const password = newSecret("database");
const rules = join(mkdtempSync(join(tmpdir(), "event-sinks-hba-")), "hba.conf");
// Whoever is `leaks` has to know the password.
writeFileSync(rules, "local all leaks scram-sha-256\nlocal all all trust\n");
for (const path of [dirname(rules), rules]) chmodSync(path, 0o755);
const server = await startPostgres({ hba_file: rules });
after(async () => {
  await server.close();
  rmSync(dirname(rules), { recursive: true });
});

const encryptionKey = () =>
  Buffer.from(newSecret("key").padEnd(32).slice(0, 32)).toString("base64");

/** Dies of an error of its own when told to. */
const crashOnSignal =
  "--import=data:text/javascript,process.on('SIGUSR2',()=>{throw/**/new/**/Error('planted')})";

/** Runs the whole scenario on a store, and dies. @returns the settings it ran with. */
async function exercise(
  t: Parameters<typeof startPlatforms>[0] & Parameters<typeof startService>[0],
  directory: string,
  databaseUrl: string,
  watch: LeakWatch,
): Promise<Record<string, string>> {
  const smtpPassword = newSecret("smtp");
  const slackApp = {
    clientId: "12.34",
    clientSecret: newSecret("client").replaceAll(/\W/g, ""),
    hasTokenRotation: true,
  };
  const login = { user: "operator", password: smtpPassword };
  const platforms = await startPlatforms(t, login, slackApp);
  const settings = {
    EVENT_SINKS_DATABASE_URL: databaseUrl,
    EVENT_SINKS_API_KEY: newSecret("operator-key-of-the-settings"),
    EVENT_SINKS_ENCRYPTION_KEY: encryptionKey(),
    EVENT_SINKS_ENCRYPTION_KEY_SECOND: encryptionKey(),
    EVENT_SINKS_SLACK_API_URL: platforms.slack.url,
    EVENT_SINKS_SLACK_CLIENT_ID: slackApp.clientId,
    EVENT_SINKS_SLACK_CLIENT_SECRET: slackApp.clientSecret,
    EVENT_SINKS_SLACK_BOT_TOKEN: `xoxb-${newSecret("bot")}`,
    EVENT_SINKS_PAGERDUTY_URL: platforms.pagerduty.url,
    EVENT_SINKS_SMTP_URL: `smtp://operator:${smtpPassword}@127.0.0.1:${platforms.smtp.port}`,
    EVENT_SINKS_MAIL_FROM: "alerts@example.com",
  };
  for (const name of [
    "ENCRYPTION_KEY",
    "ENCRYPTION_KEY_SECOND",
    "SLACK_CLIENT_SECRET",
    "SLACK_BOT_TOKEN",
  ]) {
    watch.plant(name, String(new Map(Object.entries(settings)).get(`EVENT_SINKS_${name}`)));
  }
  const service = await startService(t, directory, {
    ...settings,
    EVENT_SINKS_LOG_LEVEL: "debug",
    NODE_OPTIONS: crashOnSignal,
  });
  // Its examples are URLs of the simulators; that it stays the same says that nothing gets in.
  const description = (await service.call("GET", "/openapi.json")).text;
  const planted = await plantSecrets(service, platforms, watch, smtpPassword);
  await sendAlert(service);
  await signIn(planted);
  assert.ok(platforms.slack.requests.some(isOf(settings.EVENT_SINKS_SLACK_BOT_TOKEN)));
  await echoEverywhere(planted);
  await mistype(planted);
  // After the echoes: it gives the workspace's integration another token.
  await installSlackApp(planted, slackApp);
  await assertUsed(planted, slackApp);
  const callCount = await callEveryRoute(planted);
  assert.ok(callCount > 1_000, `${callCount} calls`);
  assert.equal((await service.call("GET", "/openapi.json")).text, description);
  await service.kill("SIGUSR2");
  watch.see("what the crash said", service.errorText);
  assert.match(service.errorText, /Error: planted/);
  watch.see("the log", service.log.map((line) => JSON.stringify(line)).join("\n"));
  assert.notDeepEqual(watch.placesOf("<secret>"), [], "the echoes are on record, masked");
  // What may be seen is seen there, so what is not seen is not there.
  assert.ok(watch.placesOf("acme").includes("the log"));
  assert.ok(watch.placesOf("data: {").some((where) => where.includes("/stream")));
  assert.ok(
    watch.placesOf("event_sinks_attempts_total").some((where) => where.includes("/metrics")),
  );
  return settings;
}

const isOf =
  (token: string) =>
  ({ headers }: { headers: Readonly<Record<string, string>> }) =>
    headers["authorization"] === `Bearer ${token}`;

async function sendAlert(service: RunningService): Promise<void> {
  const alert = { tenant_id: "acme", name: "Root login", severity: "High" };
  assert.equal((await service.call("POST", "/v1/alert", alert)).status, 202);
  await eventually(async () => {
    const { json } = await service.call("GET", "/v1/delivery?tenant_id=acme");
    const deliveries = json.data.deliveries as { attempt_count: number }[];
    return deliveries.length > 0 && deliveries.every(({ attempt_count: count }) => count > 0);
  }, "every sink was tried once");
}

test("no secret shows in answers, attempts, metrics, the log or the database", {
  timeout: 300_000,
}, async (t) => {
  const watch = createLeakWatch();
  const directory = await freshDirectory(t);
  const settings = await exercise(t, directory, "sqlite:./data/event-sinks.db", watch);
  const backup = join(directory, "backup.db");
  for (const words of [["backup", backup], ["doctor"], ["config"]]) {
    const { out, err } = await runCommand(directory, words, settings);
    watch.see(`event-sinks ${words[0]}`, out + err);
  }
  const rotated = await runCommand(directory, ["rotate-encryption-key"], {
    ...settings,
    EVENT_SINKS_ENCRYPTION_KEY: settings["EVENT_SINKS_ENCRYPTION_KEY_SECOND"] ?? "",
    EVENT_SINKS_ENCRYPTION_KEY_SECOND: settings["EVENT_SINKS_ENCRYPTION_KEY"] ?? "",
  });
  assert.equal(rotated.exitCode, 0, rotated.err);
  watch.see("event-sinks rotate-encryption-key", rotated.out + rotated.err);
  const data = join(directory, "data");
  const files = [backup, ...readdirSync(data).map((name) => join(data, name))];
  for (const file of files) watch.see(file, readFileSync(file, "latin1"));
  for (const file of [backup, join(data, "event-sinks.db")]) {
    assert.ok(watch.placesOf("Root login").includes(file), `${file} was read`);
  }
  const { secretCount, textCount } = watch.assertNone();
  assert.ok(secretCount > 30 && textCount > 1_000, `${secretCount} in ${textCount}`);
});

test("nor on PostgreSQL", { timeout: 300_000 }, async (t) => {
  const watch = createLeakWatch();
  await server.run(`CREATE ROLE leaks LOGIN PASSWORD '${password}'`);
  await server.run("CREATE DATABASE leaks OWNER leaks");
  watch.plant("database password", password);
  const own = server.urlOf("leaks");
  const urlWith = (secret: string) =>
    Object.assign(new URL(own), { username: "leaks", password: secret }).href;
  const directory = await freshDirectory(t);
  const settings = await exercise(t, directory, urlWith(password), watch);
  const wrong = newSecret("wrong-password");
  watch.plant("wrong database password", wrong);
  for (const words of [[], ["doctor"], ["config"]]) {
    const changed = { ...settings, EVENT_SINKS_DATABASE_URL: urlWith(wrong) };
    const { out, err } = await runCommand(directory, words, changed);
    watch.see(`event-sinks ${words[0] ?? "serve"} with a wrong password`, out + err);
  }
  const refused = watch.placesOf("user, password and name in EVENT_SINKS_DATABASE_URL");
  assert.notDeepEqual(refused, [], "the password counts");
  const client = new pg.Client({ connectionString: own });
  await client.connect();
  const { rows } = await client.query(
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
  );
  for (const { tablename } of rows) {
    const content = await client.query(`SELECT t::text AS row FROM "${tablename}" t`);
    watch.see(`table ${tablename}`, content.rows.map(({ row }) => row).join("\n"));
  }
  await client.end();
  assert.ok(watch.placesOf("Root login").some((where) => where.startsWith("table alerts")));
  watch.assertNone();
});

test("settings that are refused are not repeated", { timeout: 300_000 }, async (t) => {
  const directory = await freshDirectory(t);
  const watch = createLeakWatch();
  const typed = (name: string) => {
    const secret = newSecret("typed");
    watch.plant(name, secret);
    return secret;
  };
  const good = { EVENT_SINKS_API_KEY: "k".repeat(40), EVENT_SINKS_ENCRYPTION_KEY: encryptionKey() };
  const environments: Record<string, string>[] = [
    { EVENT_SINKS_API_KEY: typed("short key").slice(0, 20) },
    { EVENT_SINKS_ENCRYPTION_KEY: typed("encryption key") },
    { ...good, EVENT_SINKS_ENCRYPTION_KEY_SECOND: typed("second key") },
    { ...good, EVENT_SINKS_DATABASE_URL: `postgres://u:${typed("password")}@127.0.0.1:1/d` },
    { EVENT_SINKS_DATABASE_URL: `mysql://u:${typed("MySQL password")}@h/d` },
    { EVENT_SINKS_DATABASE_URL: `postgres//u:${typed("broken URL")}@h/d` },
    { EVENT_SINKS_SMTP_URL: `http://u:${typed("wrong scheme")}@h` },
    { EVENT_SINKS_SMTP_URL: `smtp://u:${typed("broken port")}@h:port` },
    { EVENT_SINKS_SLACK_BOT_TOKEN: typed("bot token") },
    { EVENT_SINKS_SLACK_CLIENT_ID: "1.2", EVENT_SINKS_SLACK_CLIENT_SECRET: `${typed("client")} !` },
    { EVENT_SINKS_PUBLIC_URL: `https://u:${typed("public URL")}@h/` },
    { EVENT_SINKS_PAGERDUTY_URL: `https://u:${typed("PagerDuty")}@h/` },
    { EVENT_SINKS_APIKEY: typed("unknown setting") },
  ];
  const run = async (words: readonly string[], environment: Record<string, string>) => {
    const { out, err, exitCode } = await runCommand(directory, words, environment);
    const name = `${words[0] ?? "serve"} with ${Object.keys(environment).at(-1)}`;
    if (words.length === 0) assert.notEqual(exitCode, 0, name);
    watch.see(name, out + err);
  };
  for (const environment of environments) {
    await Promise.all([[], ["config"]].map((words) => run(words, environment)));
  }
  watch.assertNone();
});
