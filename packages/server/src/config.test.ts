import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import {
  type Config,
  type Environment,
  readConfig,
  readEnvironment,
  settingEntries,
} from "./config.ts";
import { Secret } from "./secret.ts";
import { laterSettings } from "./settings.ts";
import { describeConfig, settingsPage } from "./settings-text.ts";

function configOf(environment: Environment): Config {
  const result = readConfig(environment);
  assert.ok(result.ok, JSON.stringify(result));
  return result.config;
}

function problemsOf(environment: Environment): readonly string[] {
  const result = readConfig(environment);
  assert.equal(result.ok, false);
  return result.problems;
}

const key = "k".repeat(32);
const encryptionKey = Buffer.alloc(32, 7).toString("base64");

const good: [string, string, keyof Config, unknown][] = [
  ["LISTEN", "0.0.0.0:0", "listen", { host: "0.0.0.0", port: 0 }],
  ["LISTEN", "[::1]:65535", "listen", { host: "::1", port: 65535 }],
  ["LISTEN", "localhost:80", "listen", { host: "localhost", port: 80 }],
  ["DATABASE_URL", "sqlite:/var/es.db", "database", { kind: "sqlite", path: "/var/es.db" }],
  ["DATABASE_URL", "sqlite:///var/es.db", "database", { kind: "sqlite", path: "/var/es.db" }],
  ["DATABASE_URL", "sqlite:es.db", "database", { kind: "sqlite", path: "es.db" }],
  ["SLACK_API_URL", "http://127.0.0.1:9/api", "slackApiUrl", "http://127.0.0.1:9/api/"],
  ["SLACK_API_URL", "http://127.0.0.1:9", "slackApiUrl", "http://127.0.0.1:9/"],
  ["PUBLIC_URL", "https://sinks.example.com/es", "publicUrl", "https://sinks.example.com/es/"],
  ["PAGERDUTY_URL", "http://127.0.0.1:9/", "pagerdutyUrl", "http://127.0.0.1:9"],
  ["MAIL_FROM", "alerts@example.com", "mailFrom", "alerts@example.com"],
  ["MAIL_FROM", "Event Sinks <a@b.c>", "mailFrom", "Event Sinks <a@b.c>"],
  [
    "ALLOW_CIDRS",
    "10.0.0.0/8, fd00::/8 192.168.1.5",
    "allowCidrs",
    ["10.0.0.0/8", "fd00::/8", "192.168.1.5"],
  ],
  [
    "ALLOW_HOSTS",
    "Hooks.Corp.example., *.SVC.example bücher.example,receiver",
    "allowHosts",
    ["hooks.corp.example", "*.svc.example", "xn--bcher-kva.example", "receiver"],
  ],
  ["REQUIRE_HTTPS", "True", "requireHttps", true],
  ["ALERT_BYTES_MAX", "65536", "alertBytesMax", 65536],
  ["ALERT_BYTES_MAX", "512KiB", "alertBytesMax", 512 * 1024],
  ["BATCH_BYTES_MAX", "16 mib", "batchBytesMax", 16 * 1024 * 1024],
  ["LOG_LEVEL", "DEBUG", "logLevel", "debug"],
];

const bad: [string, string][] = [
  ...["8080", "localhost", ":8080", "a:b", "127.0.0.1:65536", "::1:80", "[1]:80", "[::1]"].map(
    (text): [string, string] => ["LISTEN", text],
  ),
  ...["data.db", "sqlite:", "sqlite::memory:", "sqlite:./data/", "mysql://x", "sqlite://x"].map(
    (text): [string, string] => ["DATABASE_URL", text],
  ),
  ...["secret-but-short", `${key} ${key}`, `${key}ü`].map((text): [string, string] => [
    "API_KEY",
    text,
  ]),
  ...["secret", encryptionKey.slice(2), `${encryptionKey}!`].map((text): [string, string] => [
    "ENCRYPTION_KEY",
    text,
  ]),
  ...["slack.com", "ftp://a/", "https://u:p@a/", "https://a/?b", "https://a/#b"].map(
    (text): [string, string] => ["SLACK_API_URL", text],
  ),
  ["PAGERDUTY_URL", "https://a/v2/enqueue"],
  ["SLACK_BOT_TOKEN", "xoxp-secret"],
  ["SLACK_CLIENT_ID", "A0123456"],
  ["SLACK_CLIENT_SECRET", "with space"],
  ["PUBLIC_URL", "sinks.example.com"],
  ...[
    "mail.example.com",
    "https://mail.example.com",
    "smtp://",
    "smtp://u:p/w@mail.example.com",
    "smtp://u:hunter2%@mail.example.com",
    "smtp://mail.example.com/path",
    "smtp://mail.example.com?pool=true",
    "smtp://mail.example.com?ignoreTLS=1",
  ].map((text): [string, string] => ["SMTP_URL", text]),
  ...["alerts", "a@b, c@d", "A <a@b> <c@d>", "a@b\r\nBcc: c@d", 'x"y <a@b.c>', "a b@c.d"].map(
    (text): [string, string] => ["MAIL_FROM", text],
  ),
  ...[
    "10.0.0.0/33",
    "10.0.0",
    "a",
    "10.0.0.0/8;fd00::/8",
    "10/8",
    "::1%lo/128",
    "::1%lo",
    "0x7f.1/8",
  ].map((text): [string, string] => ["ALLOW_CIDRS", text]),
  ...[
    ...["*", "*.", "*.*.example", "a.*.example", "*example.com", "**.example", "a..b", ".example"],
    ...["https://a.example", "a.example:443", "a.example/x", "u@a.example", "a%2eexample", "a\\b"],
    ...["127.0.0.1", "*.0.0.1", "0x7f.1", "2130706433", "::1", "[::1]", "10.0.0.0/8", "a?b", "a#b"],
  ].map((text): [string, string] => ["ALLOW_HOSTS", text]),
  ...["yes", "1", "constructor"].map((text): [string, string] => ["REQUIRE_HTTPS", text]),
  ...["0", "-1", "1e6", "2GiB", "65MiB", "1.5MiB", "1023"].map((text): [string, string] => [
    "ALERT_BYTES_MAX",
    text,
  ]),
  ["LOG_LEVEL", "loud"],
];

describe("settings", () => {
  it("have defaults, so that nothing has to be set", () => {
    assert.deepEqual(configOf({}), {
      listen: { host: "127.0.0.1", port: 8080 },
      tlsCert: null,
      tlsKey: null,
      tlsClientCa: null,
      databaseListenUrl: null,
      database: { kind: "sqlite", path: "./data/event-sinks.db" },
      apiKey: null,
      encryptionKey: null,
      encryptionKeySecond: null,
      slackApiUrl: "https://slack.com/api/",
      slackBotToken: null,
      slackClientId: null,
      slackClientSecret: null,
      publicUrl: null,
      pagerdutyUrl: "https://events.pagerduty.com",
      smtpUrl: null,
      mailFrom: null,
      allowCidrs: [],
      allowHosts: [],
      requireHttps: false,
      alertBytesMax: 2 * 1024 * 1024,
      batchBytesMax: 8 * 1024 * 1024,
      intakeAlertsMax: 5_000,
      intakeBytesMax: 64 * 1024 * 1024,
      memoryBytesMax: null,
      diskFreeBytesMin: 256 * 1024 * 1024,
      connectionsMax: 4_096,
      stopDelayS: 0,
      stopGraceS: 10,
      retentionDays: 30,
      auditRetentionDays: 400,
      logLevel: "info",
    });
  });

  it("are frozen", () => {
    assert.ok(Object.isFrozen(configOf({})));
    assert.ok(Object.isFrozen(configOf({}).allowCidrs));
  });

  it("count as not set when blank", () => {
    const blank = Object.fromEntries(settingEntries().map(([, { name }]) => [name, " "]));
    assert.deepEqual(configOf(blank), configOf({}));
  });

  for (const [name, text, setting, value] of good) {
    it(`are read: ${name}=${text}`, () => {
      assert.deepEqual(configOf({ [`EVENT_SINKS_${name}`]: text })[setting], value);
    });
  }

  it("that are secret cannot print themselves", () => {
    const config = configOf({
      EVENT_SINKS_API_KEY: key,
      EVENT_SINKS_ENCRYPTION_KEY: encryptionKey,
      EVENT_SINKS_SLACK_BOT_TOKEN: "xoxb-1-abc",
      EVENT_SINKS_SLACK_CLIENT_ID: "1.2",
      EVENT_SINKS_SLACK_CLIENT_SECRET: "0a1b2c3d",
    });
    const { apiKey, encryptionKey: sealingKey, slackBotToken, slackClientSecret } = config;
    for (const secret of [apiKey, sealingKey, slackBotToken, slackClientSecret]) {
      assert.ok(secret instanceof Secret);
    }
    assert.equal(config.apiKey?.reveal(), key);
    const printed = JSON.stringify(config) + describeConfig(config);
    for (const value of [key, encryptionKey, "xoxb-1", "0a1b2c3d"]) {
      assert.ok(!printed.includes(value));
    }
  });

  for (const [name, text] of bad) {
    it(`are refused with their name: ${name}=${text}`, () => {
      const problems = problemsOf({ [`EVENT_SINKS_${name}`]: text });
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? "", new RegExp(`^EVENT_SINKS_${name} [a-z]`));
      if (/(KEY|TOKEN|SECRET|SMTP_URL)$/.test(name)) assert.ok(!problems[0]?.includes(text));
    });
  }

  it("of PostgreSQL need both keys, and never show the password", () => {
    for (const scheme of ["postgres", "postgresql"]) {
      const given = { EVENT_SINKS_DATABASE_URL: `${scheme}://u:hunter2@db/x?password=hunter2` };
      const problems = problemsOf(given);
      assert.match(problems.join(), /ENCRYPTION_KEY must be set.*API_KEY must be set/);
      assert.doesNotMatch(problems.join(), /hunter2/);
      const config = configOf({
        ...given,
        EVENT_SINKS_API_KEY: key,
        EVENT_SINKS_ENCRYPTION_KEY: encryptionKey,
      });
      assert.equal(config.database.kind, "postgres");
      assert.doesNotMatch(JSON.stringify(config) + describeConfig(config), /hunter2/);
    }
  });

  it("of a second way to PostgreSQL go with PostgreSQL only, and never show the password", () => {
    const given = { EVENT_SINKS_DATABASE_LISTEN_URL: "postgres://u:hunter2@db/x" };
    assert.match(problemsOf(given).join(), /only when EVENT_SINKS_DATABASE_URL names PostgreSQL/);
    const config = configOf({
      ...given,
      EVENT_SINKS_DATABASE_URL: "postgres://u@pooler/x",
      EVENT_SINKS_API_KEY: key,
      EVENT_SINKS_ENCRYPTION_KEY: encryptionKey,
    });
    assert.doesNotMatch(JSON.stringify(config) + describeConfig(config), /hunter2/);
    assert.match(
      problemsOf({ EVENT_SINKS_DATABASE_LISTEN_URL: "postgres://u:hunter2@db" }).join(),
      /must name a host and a database/,
    );
  });

  it("of a Slack app are set together or not at all", () => {
    const id = { EVENT_SINKS_SLACK_CLIENT_ID: "1.2" };
    const secret = { EVENT_SINKS_SLACK_CLIENT_SECRET: "0a1b2c3d" };
    for (const half of [id, secret]) assert.match(problemsOf(half)[0] ?? "", /belong together/);
    assert.equal(configOf({ ...id, ...secret }).slackClientSecret?.reveal(), "0a1b2c3d");
  });

  it("of mail need a sender", () => {
    const EVENT_SINKS_SMTP_URL = "smtps://u:hunter2@mail.example.com";
    assert.match(problemsOf({ EVENT_SINKS_SMTP_URL })[0] ?? "", /MAIL_FROM must be set/);
    const config = configOf({ EVENT_SINKS_SMTP_URL, EVENT_SINKS_MAIL_FROM: "a@b.c" });
    assert.equal(config.smtpUrl?.reveal(), EVENT_SINKS_SMTP_URL);
    assert.doesNotMatch(JSON.stringify(config) + describeConfig(config), /hunter2/);
  });

  it("a second encryption key is of use beside the first only", () => {
    const second = { EVENT_SINKS_ENCRYPTION_KEY_SECOND: Buffer.alloc(32).toString("base64") };
    assert.match(problemsOf(second)[0] ?? "", /only beside EVENT_SINKS_ENCRYPTION_KEY/);
  });

  it("must not contradict each other", () => {
    const [problem] = problemsOf({ EVENT_SINKS_BATCH_BYTES_MAX: "1MiB" });
    assert.match(
      problem ?? "",
      /BATCH_BYTES_MAX must not be less than EVENT_SINKS_ALERT_BYTES_MAX/,
    );
  });

  it("report all problems at once", () => {
    const problems = problemsOf({
      EVENT_SINKS_LISTEN: "x",
      EVENT_SINKS_LOG_LEVEL: "x",
      EVENT_SINKS_OTHER: "x",
    });
    assert.equal(problems.length, 3);
  });
});

describe("unknown names", () => {
  const guesses: [string, string][] = [
    ["EVENT_SINKS_LISTN", "EVENT_SINKS_LISTEN"],
    ["EVENT_SINKS_APIKEY", "EVENT_SINKS_API_KEY"],
    ["EVENT_SINKS_ALLOWED_CIDRS", "EVENT_SINKS_ALLOW_CIDRS"],
    ["EVENT_SINKS_loglevel", ""],
    ["EVENT_SINKS_KUBERNETES", ""],
  ];
  for (const [name, guess] of guesses) {
    it(`are refused: ${name}`, () => {
      const [problem] = problemsOf({ [name]: "x" });
      const hint = guess === "" ? "Run event-sinks config" : `Did you mean ${guess}?`;
      assert.ok(problem?.startsWith(`${name} is not a setting. ${hint}`), problem ?? "");
    });
  }

  it("are fine when Kubernetes made them, or when they are not ours", () => {
    configOf({
      EVENT_SINKS_SERVICE_HOST: "10.0.0.1",
      EVENT_SINKS_SERVICE_PORT: "8080",
      EVENT_SINKS_SERVICE_PORT_HTTP: "8080",
      EVENT_SINKS_PORT: "tcp://10.0.0.1:8080",
      EVENT_SINKS_PORT_8080_TCP: "tcp://10.0.0.1:8080",
      EVENT_SINKS_PORT_8080_TCP_ADDR: "10.0.0.1",
      PATH: "/bin",
      EVENT_SINKSX: "x",
    });
  });

  it("that only a later version has say so", () => {
    for (const name of laterSettings) {
      assert.match(problemsOf({ [name]: "1" })[0] ?? "", /is not there yet in this version/);
    }
  });
});

describe("the environment", () => {
  it("comes from a .env file too, and the real one wins", (context) => {
    const folder = mkdtempSync(join(tmpdir(), "event-sinks-env-"));
    context.after(() => rmSync(folder, { recursive: true }));
    assert.equal(readEnvironment(folder)["EVENT_SINKS_TEST_A"], undefined);
    writeFileSync(
      join(folder, ".env"),
      "# comment\nEVENT_SINKS_TEST_A='file a'\nexport EVENT_SINKS_TEST_B=file b\n",
    );
    process.env["EVENT_SINKS_TEST_B"] = "real b";
    context.after(() => {
      delete process.env["EVENT_SINKS_TEST_B"];
    });
    const environment = readEnvironment(folder);
    assert.equal(environment["EVENT_SINKS_TEST_A"], "file a");
    assert.equal(environment["EVENT_SINKS_TEST_B"], "real b");
    assert.equal(process.env["EVENT_SINKS_TEST_A"], undefined);
  });
});

describe("the description", () => {
  it("names every setting with its value, and what is shown can be set again", () => {
    const text = describeConfig(
      configOf({ EVENT_SINKS_LISTEN: "[::1]:9", EVENT_SINKS_API_KEY: key }),
    );
    for (const [, { name }] of settingEntries()) assert.match(text, new RegExp(`^${name}$`, "m"));
    assert.match(
      text,
      /^EVENT_SINKS_LISTEN\n {2}value {4}\[::1\]:9\n {2}default {2}127\.0\.0\.1:8080$/m,
    );
    assert.match(text, /^EVENT_SINKS_API_KEY\n {2}value {4}<secret>$/m);
    for (const line of text.split("\n")) assert.ok(line.length <= 100, line);
    const config = configOf({});
    for (const [key, setting] of settingEntries()) {
      if (setting.default === null) continue;
      const shown = configOf({ [setting.name]: setting.show(config[key]) });
      assert.deepEqual(shown, config);
    }
  });

  it("is the page docs/reference/settings.md (write it with scripts/write-settings-page.ts)", () => {
    const page = new URL("../../../docs/reference/settings.md", import.meta.url);
    assert.equal(readFileSync(page, "utf8"), settingsPage());
  });
});
