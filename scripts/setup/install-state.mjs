/**
 * Whether what is installed is what the lockfile asks for.
 *
 * The answer is a stamp in node_modules, written only after an install and a look at the
 * pinned Node have both gone well. Where the stamp is missing or old, an install made by
 * hand (`npm install`, `npm ci`) is accepted if npm's own record of it matches the lockfile.
 */

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nodeBinaryProblem } from "./node-binary.mjs";

const stampPath = (root) => join(root, "node_modules", ".setup-stamp.json");
const npmRecordPath = (root) => join(root, "node_modules", ".package-lock.json");
const pinnedNodePath = (root) => join(root, "node_modules", ".bin", "node");

/** Fields of a package.json that decide what npm installs; a new script must not cause an install. */
const decidingFields = [
  "name",
  "version",
  "workspaces",
  "dependencies",
  "devDependencies",
  "optionalDependencies",
  "peerDependencies",
  "overrides",
  "bin",
  "allowScripts",
];

const dependencyFields = ["dependencies", "devDependencies", "optionalDependencies"];

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

/** The tree's manifests by folder, as the lockfile names them: "" and `packages/<name>`. */
function readManifests(root) {
  const packagesFolder = join(root, "packages");
  const names = existsSync(packagesFolder) ? readdirSync(packagesFolder).sort() : [];
  const folders = ["", ...names.map((name) => `packages/${name}`)];
  return folders
    .map((folder) => [folder, readJson(join(root, folder, "package.json"))])
    .filter(([, manifest]) => manifest !== null);
}

function fingerprint(root) {
  const manifests = readManifests(root).map(([folder, manifest]) => [
    folder,
    decidingFields.map((field) => manifest[field] ?? null),
  ]);
  const lockfile = readFileSync(join(root, "package-lock.json"), "utf8");
  return createHash("sha256")
    .update(JSON.stringify([process.platform, process.arch, lockfile, manifests]))
    .digest("hex");
}

/** True when npm's record of an install by hand is whole and is what the lockfile says. */
function isInstalledByHand(root) {
  const wanted = readJson(join(root, "package-lock.json"))?.packages;
  const installed = readJson(npmRecordPath(root))?.packages;
  if (!wanted || !installed) return false;
  for (const [folder, manifest] of readManifests(root)) {
    for (const field of dependencyFields) {
      const asked = JSON.stringify(manifest[field] ?? {});
      if (asked !== JSON.stringify(wanted[folder]?.[field] ?? {})) return false;
    }
  }
  for (const [path, entry] of Object.entries(wanted)) {
    const found = installed[path];
    if (path === "" || (found === undefined && entry.optional)) continue;
    if (found?.version !== entry.version || found?.integrity !== entry.integrity) return false;
  }
  return pinnedNodeProblem(root) === null;
}

/**
 * Why an install is needed, in a few words; null when all is in place. An install by hand
 * that is found good gets its stamp here.
 */
export function installProblem(root) {
  const stamp = readJson(stampPath(root));
  if (existsSync(pinnedNodePath(root))) {
    if (stamp?.fingerprint === fingerprint(root)) return null;
    if (isInstalledByHand(root)) {
      recordInstall(root);
      return null;
    }
  }
  if (!existsSync(join(root, "node_modules"))) return "nothing is installed yet";
  if (stamp === null) return "the last install is incomplete or from elsewhere";
  return "package.json or package-lock.json changed";
}

/** Makes sure that an install which is cut off does not pass for a good one. */
export function forgetInstall(root) {
  rmSync(stampPath(root), { force: true });
  rmSync(npmRecordPath(root), { force: true });
}

export function recordInstall(root) {
  const temporary = `${stampPath(root)}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify({ fingerprint: fingerprint(root) })}\n`);
  renameSync(temporary, stampPath(root));
}

/** The exact version that package.json pins, e.g. `26.10.0`. */
export function readPinnedVersion(root) {
  return readJson(join(root, "package.json"))?.devDependencies?.node;
}

/** What is wrong with the pinned Node, with the cure; null when it runs and is the right one. */
export function pinnedNodeProblem(root) {
  const isAnother = nodeBinaryProblem(root);
  if (isAnother !== null) return isAnother;
  const wanted = `v${readPinnedVersion(root)}`;
  const run = spawnSync(pinnedNodePath(root), ["--version"], { encoding: "utf8" });
  if (run.error?.code === "ENOENT") {
    return (
      `the pinned Node ${wanted} was not installed: the "node" package fetches it in an install script, and npm was told not to run those.\n` +
      "Run `npm ci --ignore-scripts=false` once, or set `ignore-scripts=false`, then run the same command again."
    );
  }
  if (run.status !== 0) {
    const why = run.error?.message ?? run.stderr.trim();
    return `the pinned Node ${wanted} does not run on this machine: ${why}`;
  }
  const found = run.stdout.trim();
  if (found === wanted) return null;
  return `node_modules/.bin/node is ${found}, but package.json pins ${wanted}. Delete node_modules and run the same command again.`;
}
