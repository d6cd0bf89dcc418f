/** What package-lock.json lets onto the machine: licences we may pass on, sealed contents, no scripts. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { nodeBinaries, nodeBinaryProblem } from "./setup/node-binary.mjs";

interface Locked {
  readonly link?: boolean;
  readonly license?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
}

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const locked = Object.entries(read("../package-lock.json").packages as Record<string, Locked>);
const external = locked.filter(([path, { link }]) => path.includes("node_modules/") && !link);

/** All let us pass the code on under Apache-2.0 with a notice at most. */
const allowedLicences = new Set([
  ...["Apache-2.0", "MIT", "MIT-0", "MIT OR Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC"],
  ...["Unlicense", "0BSD", "BlueOak-1.0.0", "Python-2.0", "(MIT OR CC0-1.0)"],
]);

/** Run as they are, by tests or by the build, and passed on to nobody. */
const toolLicence = "MPL-2.0";
const tools = /^node_modules\/(axe-core|lightningcss(-[a-z0-9-]+)?)$/;

test("every package has a licence that we may pass on", () => {
  assert.ok(external.length > 50);
  for (const [path, { license = "none" }] of external) {
    const isTool = license === toolLicence && tools.test(path);
    assert.ok(allowedLicences.has(license) || isTool, `${path}: ${license}`);
  }
});

test("every package's contents are sealed by SHA-512", () => {
  for (const [path, { integrity }] of external) assert.match(integrity ?? "", /^sha512-/, path);
});

test("Node's binary is sealed as well, in the version that is pinned", () => {
  const { node } = read("../package.json").devDependencies;
  for (const [name, hash] of Object.entries(nodeBinaries)) {
    assert.ok(name.endsWith(`@${node}`), name);
    assert.match(hash, /^sha512-[\w+/]{86}==$/);
  }
  assert.equal(nodeBinaryProblem(dirname(import.meta.dirname)), null);
});

test("no package runs a script when it is installed, but those that package.json names", () => {
  const allowed = Object.keys(read("../package.json").allowScripts);
  const scripted = external.filter(([, { hasInstallScript }]) => hasInstallScript);
  const names = scripted.map(([path]) => path.replace(/^.*node_modules\//, ""));
  assert.deepEqual(names.sort(), allowed.sort());
});

test("npm writes a bill of materials that lists every package the service needs", () => {
  const args = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only", "--omit", "dev"];
  const root = new URL("..", import.meta.url);
  const bill = JSON.parse(execFileSync("npm", args, { cwd: root, encoding: "utf8" }));
  assert.equal(bill.bomFormat, "CycloneDX");
  const names = bill.components.map(({ name }: { name: string }) => name);
  const needed = Object.keys(read("../packages/server/package.json").dependencies);
  assert.deepEqual(
    needed.filter(
      (name) => !names.includes(name.replace(/^@[^/]+\//, "")) && !names.includes(name),
    ),
    [],
  );
});
