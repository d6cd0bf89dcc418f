/**
 * What every sink type must do. The suite walks the record of types by itself, so a type
 * cannot be forgotten; what it has to know of each stands in `support/sink-cases.ts`.
 */

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { Check } from "typebox/value";
import type { SinkAlert } from "../src/domain/alert.ts";
import { type JsonObject, parseJson, stringifyJson } from "../src/domain/json.ts";
import type { Secrets } from "../src/secret.ts";
import { sinkTypeByWireName, sinkTypes } from "../src/sinks/index.ts";
import type {
  MailRequest,
  SinkRequest,
  SinkSettings,
  SinkType,
  StepInput,
} from "../src/sinks/sink-type.ts";
import { runWireSuite } from "./sink-wire-suite.ts";
import { hostileAlert } from "./support/hostile-alerts.ts";
import { sampleAlert, sampleNames } from "./support/sample-alerts.ts";
import { recognisable } from "./support/secret-probe.ts";
import { type AnswerCase, type SinkCase, sinkCases } from "./support/sink-cases.ts";
import { sentOf } from "./support/sink-steps.ts";

const now = Date.UTC(2026, 0, 1);
const deliveryId = "019b7600-0000-7000-8000-00000000000a";

/** Runs the suite over every sink type. */
export function runSinkSuite(): void {
  test("every folder is a sink type of that name, findable by its wire name", () => {
    const folders = readdirSync(new URL("../src/sinks/", import.meta.url), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
    assert.deepEqual(folders.sort(), Object.keys(sinkTypes).sort());
    for (const [name, sinkType] of Object.entries(sinkTypes)) {
      assert.equal(sinkType.type, name);
      assert.equal(sinkTypeByWireName(sinkType.wireName), sinkType);
      assert.ok(existsSync(new URL(`../src/sinks/${name}/${name}.md`, import.meta.url)));
    }
    assert.equal(sinkTypeByWireName("slack"), undefined);
  });

  for (const sinkType of Object.values(sinkTypes)) {
    describe(sinkType.wireName, () => {
      runForType(sinkType, sinkCases[sinkType.type]);
      runWireSuite(sinkType, sinkCases[sinkType.type]);
    });
  }
}

function runForType(sinkType: SinkType, sinkCase: SinkCase): void {
  test("each limit names its unit and where it was read", () => {
    assert.ok(sinkType.limits.length > 0);
    for (const { name, value, unit, source } of sinkType.limits) {
      assert.ok(name !== "" && unit !== "" && value > 0);
      assert.match(source, /read 20\d\d-\d\d|^our own$/);
    }
  });

  test("schemas take their own examples and refuse unknown fields", () => {
    for (const schema of [sinkType.createArgs, sinkType.updateArgs]) {
      const examples: object[] = JSON.parse(JSON.stringify(schema)).examples;
      assert.ok(examples.length > 0);
      for (const example of examples) {
        assert.ok(Check(schema, example));
        assert.equal(Check(schema, { ...example, unheard_of: 1 }), false);
      }
    }
    assert.ok(Check(sinkType.createArgs, sinkCase.create));
    assert.ok(Check(sinkType.updateArgs, sinkCase.update));
  });

  test("arguments become a configuration without secrets", () => {
    const sink = create(sinkType, sinkCase);
    assert.deepEqual(sinkType.configuration(sink), sinkCase.configuration);
    assert.equal(
      JSON.stringify(sinkType.configuration(sink)),
      JSON.stringify(sinkCase.configuration),
      "the order of keys",
    );
    const shown = [
      JSON.stringify(sinkType.configuration(sink)),
      sinkType.target(sink.settings),
      JSON.stringify(sink.settings),
      JSON.stringify(sink),
      inspect(sink, { depth: 9 }),
    ];
    for (const text of shown) assertNoSecret(text, withEngineSecrets(sink, sinkCase).secrets);
  });

  test("a configuration sent back changes nothing", () => {
    const sink = create(sinkType, sinkCase);
    const configuration = sinkType.configuration(sink);
    if (configuration === null) return;
    assert.ok(Check(sinkType.updateArgs, configuration));
    const read = sinkType.readArgs(configuration, sink);
    assert.ok(read.ok);
    assert.deepEqual(sinkType.configuration(read), configuration);
    assert.deepEqual(reveal(read.secrets), reveal(sink.secrets));
  });

  test("what the samples become is as recorded", () => {
    for (const name of sampleNames) {
      const request = sentOf(sinkType.step(stepInput(sinkType, sinkCase, sampleAlert(name))));
      assertGolden(sinkType, name, request);
      sinkCase.assertTakes(request);
      if ("kind" in request) continue;
      assert.match(request.headers["user-agent"] ?? "", /^Event-Sinks\/\d/);
    }
  });

  test("each documented answer means what it should", () => {
    const input = stepInput(sinkType, sinkCase, sampleAlert("scanner-alert"));
    for (const answer of sinkCase.answers) assertMeans(sinkType, input, answer);
    const { status, body } = sinkCase.success;
    assert.equal(sinkType.outcome({ status, body, headers: {} }, input).kind, "delivered");
  });

  test("any status with any body is an outcome that leaks no secret", () => {
    const input = stepInput(sinkType, sinkCase, sampleAlert("scanner-alert"));
    const echo = Object.values(reveal(input.secrets)).join(" ");
    for (let status = 200; status < 600; status++) {
      // The length before the echo varies, so that a cut falls into the middle of secrets too.
      const bodies = [
        "",
        "{",
        "null",
        "x".repeat(status - 200) + echo,
        errorsQuoting(echo, status),
      ];
      for (const body of bodies) {
        const outcome = sinkType.outcome({ status, body, headers: { "retry-after": echo } }, input);
        if (outcome.kind === "next") continue;
        if (outcome.kind !== "delivered") assert.ok(outcome.detail.length > 10);
        assertNoSecret(outcome.detail ?? "", input.secrets);
        assert.ok((outcome.detail ?? "").length < 1_000);
      }
    }
  });

  test("no alert, however hostile, breaks a limit of the platform", () => {
    const input = stepInput(sinkType, sinkCase, sampleAlert("scanner-alert"));
    fc.assert(
      fc.property(hostileAlert, (alert) => {
        sinkCase.assertTakes(sentOf(sinkType.step({ ...input, alert })));
      }),
      { numRuns: 100 },
    );
  });
}

function create(sinkType: SinkType, sinkCase: SinkCase): SinkSettings {
  const read = sinkType.readArgs(sinkCase.create, null);
  assert.ok(read.ok);
  return { settings: read.settings, secrets: read.secrets };
}

function withEngineSecrets(sink: SinkSettings, sinkCase: SinkCase): SinkSettings {
  return { ...sink, secrets: { ...sink.secrets, ...sinkCase.engineSecrets } };
}

function stepInput(sinkType: SinkType, sinkCase: SinkCase, alert: SinkAlert): StepInput {
  return {
    ...withEngineSecrets(create(sinkType, sinkCase), sinkCase),
    alert,
    deliveryId,
    now,
    isResolveWaiting: false,
    earlier: [],
    memory: {},
    vendors: {
      slackApi: "https://slack.com/api/",
      pagerduty: "https://events.pagerduty.com",
      mailFrom: "Event Sinks <alerts@example.com>",
    },
  };
}

function assertMeans(sinkType: SinkType, input: StepInput, answer: AnswerCase): void {
  const { status, body = "", headers = {}, means, isAmbiguous = false, retryAfterMs } = answer;
  const outcome = sinkType.outcome({ status, body, headers }, input);
  const label = `${status} ${body} ${JSON.stringify(headers)}`;
  assert.ok(outcome.kind !== "next", label);
  const meant = outcome.kind === "delivered" ? "delivered" : `${outcome.kind} ${outcome.reason}`;
  assert.equal(meant, means, label);
  if (outcome.kind !== "retry") return;
  assert.equal(outcome.ambiguous ?? false, isAmbiguous, `${label}: ambiguous`);
  assert.equal(outcome.retryAfterMs, retryAfterMs, `${label}: retry after`);
}

function errorsQuoting(echo: string, length: number): string {
  const words = "y".repeat(length) + echo;
  return JSON.stringify({
    ok: false,
    error: words,
    needed: words,
    message: words,
    errors: [words],
    response_metadata: { messages: [words] },
  });
}

function reveal(secrets: Secrets): Record<string, string> {
  return Object.fromEntries(Object.entries(secrets).map(([name, one]) => [name, one.reveal()]));
}

/** Not even a recognisable part. */
function assertNoSecret(text: string, secrets: Secrets): void {
  for (const [name, part] of recognisable(secrets)) {
    assert.ok(!text.includes(part), `${name} shows in: ${text}`);
  }
}

/**
 * Compares with the recorded request. A missing record is written, and the test fails so
 * that somebody looks at it.
 */
function assertGolden(
  sinkType: SinkType,
  sample: string,
  request: SinkRequest | MailRequest,
): void {
  const folder = new URL(`../src/sinks/${sinkType.type}/fixtures/`, import.meta.url);
  const file = new URL(`${sample}.request.json`, folder);
  const recorded = stringifyJson("kind" in request ? mailRecord(request) : requestRecord(request));
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, `${JSON.stringify(parseJson(recorded), null, 2)}\n`);
    assert.fail(`${file.pathname} was missing and is written now: check it and run again`);
  }
  assert.equal(recorded, stringifyJson(parseJson(readFileSync(file, "utf8"))));
}

function requestRecord({ method, url, audience, headers, body }: SinkRequest): JsonObject {
  // Signatures depend on the random secret (the type's own test verifies them), the user
  // agent on the release.
  const varying: Record<string, RegExp> = {
    "webhook-signature": /[^,]+$/,
    "user-agent": /[^/]+$/,
  };
  const steady = Object.entries(headers).map(([name, value]) => [
    name,
    varying[name] === undefined ? value : value.replace(varying[name], "…"),
  ]);
  return { method, url, audience, headers: Object.fromEntries(steady), body: parseJson(body) };
}

function mailRecord({ kind, from, to, subject, messageId, headers, text, html }: MailRequest) {
  return { kind, from, to: [...to], subject, messageId, headers: { ...headers }, text, html };
}
