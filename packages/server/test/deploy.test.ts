/**
 * What `deploy/` holds, as far as it can be tried without an engine or a cluster: that it can be read, that
 * every setting in it exists and is taken, and that it keeps what docs/deploy.md says of it. Where `helm` and
 * `systemd-analyze` are at hand they are asked too.
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { readConfig } from "../src/config.ts";
import { settings } from "../src/settings.ts";

const root = join(import.meta.dirname, "../../..");
const deploy = join(root, "deploy");
const chart = join(deploy, "helm/event-sinks");
const read = (path: string) => readFileSync(join(deploy, path), "utf8");

const has = (tool: string, ...args: string[]) => spawnSync(tool, args).status === 0;
const noHelm = has("helm", "version") ? false : "there is no helm here";
const noSystemd = has("systemd-analyze", "--version") ? false : "there is no systemd-analyze here";

// biome-ignore lint/suspicious/noExplicitAny: checks below ask for what must be there
type Yaml = any;

function findKind(documents: readonly Yaml[], kind: string): Yaml {
  const found = documents.filter((document) => document?.kind === kind);
  assert.equal(found.length, 1, kind);
  return found[0];
}

const parseAll = (text: string): Yaml[] =>
  parseAllDocuments(text).map((document) => {
    assert.deepEqual(document.errors, []);
    return document.toJS();
  });

test("every setting that is named there is one", () => {
  const known = new Set<string>(Object.values(settings).map(({ name }) => name));
  const files = readdirSync(deploy, { recursive: true, encoding: "utf8" })
    .map((name) => join(deploy, name))
    .filter((path) => statSync(path).isFile());
  for (const path of [...files, join(root, "docs/deploy.md")]) {
    for (const [name] of readFileSync(path, "utf8").matchAll(/\bEVENT_SINKS_[A-Z_]*[A-Z]\b/g)) {
      assert.ok(known.has(name), `${name} in ${path}`);
    }
  }
});

test("each way to start it bounds memory alike", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const starts = [scripts.start, read("Dockerfile"), read("systemd/event-sinks.service")];
  for (const start of starts) {
    assert.match(start, /\bMALLOC_ARENA_MAX=2\b/);
    assert.match(start, /--max-semi-space-size=16\b/);
  }
});

describe("compose.yaml", () => {
  const compose: Yaml = parse(read("compose.yaml"));
  const service = compose.services["event-sinks"];

  test("gives the service settings that it takes", () => {
    const given = new Map([
      ["POSTGRES_PASSWORD", "5".repeat(64)],
      ["EVENT_SINKS_API_KEY", "6".repeat(64)],
      ["EVENT_SINKS_ENCRYPTION_KEY", Buffer.alloc(32).toString("base64")],
      ["EVENT_SINKS_PUBLIC_URL", ""],
    ]);
    const example = read(".env.example").matchAll(/^(\w+)=$/gm);
    assert.deepEqual(
      Array.from(example, ([, name]) => name),
      [...given.keys()],
    );
    const environment = Object.fromEntries(
      Object.entries<string>(service.environment).map(([name, value]) => [
        name,
        value.replaceAll(/\$\{(\w+):[?-]\}/g, (_, inner) => given.get(inner) ?? assert.fail(inner)),
      ]),
    );
    const reading = readConfig(environment);
    assert.ok(reading.ok, JSON.stringify(reading));
    assert.equal(reading.config.database.kind, "postgres");
    const graceS = Number.parseInt(service.stop_grace_period, 10);
    assert.ok(graceS > reading.config.stopDelayS + 2 * reading.config.stopGraceS);
  });

  test("lets the service do little, and nobody reach it from elsewhere", () => {
    assert.equal(service.read_only, true);
    assert.deepEqual(service.cap_drop, ["ALL"]);
    assert.deepEqual(service.security_opt, ["no-new-privileges:true"]);
    for (const port of service.ports) assert.match(port, /^127\.0\.0\.1:/);
    assert.equal(compose.services.postgres.ports, undefined);
    assert.equal(service.depends_on.postgres.condition, "service_healthy");
  });
});

/** What holds of the chart's objects, however they were made. */
function checkObjects(documents: readonly Yaml[], replicas: number): Yaml {
  const { spec } = findKind(documents, "Deployment");
  assert.equal(spec.replicas, replicas);
  const pod = spec.template.spec;
  const [container] = pod.containers;
  assert.equal(pod.securityContext.runAsNonRoot, true);
  assert.equal(pod.securityContext.seccompProfile.type, "RuntimeDefault");
  assert.equal(pod.automountServiceAccountToken, false);
  assert.deepEqual(container.securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  });
  assert.equal(container.livenessProbe.httpGet.path, "/healthz");
  assert.equal(container.readinessProbe.httpGet.path, "/readyz");
  const labels = spec.template.metadata.labels;
  for (const kind of ["Service", "PodDisruptionBudget"]) {
    const { selector } = findKind(documents, kind).spec;
    for (const [name, value] of Object.entries(selector.matchLabels ?? selector)) {
      assert.equal(labels[name], value, `${kind} selects its pods by ${name}`);
    }
  }
  const secrets = container.env.filter(({ valueFrom }: Yaml) => valueFrom?.secretKeyRef);
  assert.ok(secrets.length >= 3, "secrets come from a Secret");
  const values: Record<string, string> = {
    EVENT_SINKS_DATABASE_URL: "postgres://u:p@db.internal:5432/event_sinks",
    EVENT_SINKS_API_KEY: "6".repeat(64),
    EVENT_SINKS_ENCRYPTION_KEY: Buffer.alloc(32).toString("base64"),
    EVENT_SINKS_ENCRYPTION_KEY_SECOND: Buffer.alloc(32, 1).toString("base64"),
  };
  const reading = readConfig(
    Object.fromEntries(container.env.map(({ name, value }: Yaml) => [name, value ?? values[name]])),
  );
  assert.ok(reading.ok, JSON.stringify(reading));
  const { stopDelayS, stopGraceS } = reading.config;
  assert.ok(pod.terminationGracePeriodSeconds > stopDelayS + 2 * stopGraceS);
  const { periodSeconds, failureThreshold } = container.readinessProbe;
  assert.ok(stopDelayS > periodSeconds * failureThreshold, "no request comes when it stops");
  return { pod, container };
}

function helm(...args: string[]): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync("helm", args, { encoding: "utf8" });
  return { status, out: stdout, err: stderr };
}

/** The version of a cluster that is not there. */
const kube = ["--kube-version", "1.31.0"];

describe("the Helm chart", () => {
  const rendered = "helm/defaults.yaml";

  test("by its defaults makes nodes that are probed, may do little, and are not all drained at once", () => {
    checkObjects(
      parseAll(read(rendered)),
      parse(read("helm/event-sinks/values.yaml")).replicaCount,
    );
    const { maxUnavailable } = findKind(parseAll(read(rendered)), "PodDisruptionBudget").spec;
    assert.equal(maxUnavailable, 1);
  });

  test("has a schema that knows every value", () => {
    const schema = JSON.parse(read("helm/event-sinks/values.schema.json"));
    const compare = (values: Yaml, { properties, additionalProperties }: Yaml, path: string) => {
      if (additionalProperties !== false) return;
      for (const [name, value] of Object.entries(values)) {
        assert.ok(properties[name], `${path}${name}`);
        compare(value, properties[name], `${path}${name}.`);
      }
    };
    compare(parse(read("helm/event-sinks/values.yaml")), schema, "");
    assert.equal(parse(read("helm/event-sinks/Chart.yaml")).name, "event-sinks");
  });

  test("makes what is in defaults.yaml", { skip: noHelm }, () => {
    assert.equal(helm("lint", "--strict", chart).status, 0);
    const { out, err } = helm(
      "template",
      "event-sinks",
      chart,
      "--namespace",
      "event-sinks",
      ...kube,
    );
    assert.equal(err, "");
    assert.deepEqual(parseAll(out), parseAll(read(rendered)));
  });

  test("takes other values, and refuses wrong ones", { skip: noHelm }, () => {
    const folder = mkdtempSync(join(tmpdir(), "event-sinks-helm-"));
    const path = join(folder, "values.yaml");
    const make = (values: unknown) => {
      writeFileSync(path, JSON.stringify(values));
      return helm("template", "alerts", chart, "--values", path, ...kube);
    };
    try {
      const { out, err } = make({
        replicaCount: 5,
        settings: { EVENT_SINKS_LOG_LEVEL: "debug", EVENT_SINKS_CONNECTIONS_MAX: "2000" },
        extraEnv: [{ name: "EVENT_SINKS_PUBLIC_URL", value: "https://alerts.example.com" }],
        secret: { name: "own", encryptionKeySecondKey: "former" },
        ingress: { enabled: true, className: "nginx", tlsSecretName: "tls" },
        podLabels: { team: "security" },
        podAnnotations: { note: "x" },
        nodeSelector: { disk: "ssd" },
        tolerations: [{ key: "k", operator: "Exists" }],
        affinity: { nodeAffinity: {} },
        imagePullSecrets: [{ name: "pull" }],
        serviceAccount: { annotations: { note: "y" } },
        stopDelay: 20,
      });
      assert.equal(err, "");
      const documents = parseAll(out);
      const { pod } = checkObjects(documents, 5);
      assert.equal(pod.terminationGracePeriodSeconds, 50);
      assert.equal(findKind(documents, "Ingress").spec.tls[0].secretName, "tls");
      for (const wrong of [{ replicaCount: 0 }, { replicas: 2 }, { settings: { PATH: "x" } }]) {
        assert.notEqual(make(wrong).status, 0, JSON.stringify(wrong));
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("the systemd unit", () => {
  const unit = read("systemd/event-sinks.service");

  test("gives a stop more time than it takes", () => {
    const reading = readConfig({});
    assert.ok(reading.ok);
    const timeoutS = Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1]);
    assert.ok(timeoutS > reading.config.stopDelayS + 2 * reading.config.stopGraceS);
  });

  test("and the command beside it speak of the same user, folder, settings and program", () => {
    const command = read("systemd/event-sinks");
    const given = (name: string) => new RegExp(`^${name}=-?(.+)$`, "m").exec(unit)?.[1] ?? "";
    assert.match(command, new RegExp(`^cd ${given("WorkingDirectory")} `, "m"));
    assert.ok(command.includes(`-u ${given("User")} -- `));
    assert.ok(command.includes(`--env-file-if-exists=${given("EnvironmentFile")} `));
    for (const word of given("ExecStart").split(" ")) assert.ok(command.includes(`${word} `), word);
  });

  test("is one, and lets the service do little", { skip: noSystemd }, () => {
    const folder = mkdtempSync(join(tmpdir(), "event-sinks-unit-"));
    const path = join(folder, "event-sinks.service");
    try {
      // It is verified that the program is there.
      writeFileSync(path, unit.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`));
      const verified = spawnSync("systemd-analyze", ["verify", path], { encoding: "utf8" });
      assert.equal(verified.stderr + verified.stdout, "");
      const args = ["security", "--offline=true", "--threshold=20", path];
      const { status, stdout } = spawnSync("systemd-analyze", args, { encoding: "utf8" });
      assert.equal(status, 0, `exposure of at most 2.0: ${stdout.split("\n").at(-2)}`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test("the Dockerfile copies what is there, and runs as somebody without rights", () => {
  const text = read("Dockerfile");
  assert.match(text, /^USER 1000:1000$/m);
  for (const [, paths = ""] of text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)) {
    for (const path of paths.split(" ")) assert.ok(statSync(join(root, path)), path);
  }
  assert.match(text, /"\/opt\/event-sinks\/packages\/server\/src\/main\.ts"\]$/m);
});
