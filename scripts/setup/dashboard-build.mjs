/** The dashboard's files in `packages/dashboard/dist`, built anew when what they are made of has changed. */

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { SetupFailure } from "./setup-failure.mjs";

const stampPath = (root) => join(root, "packages/dashboard/dist/.built-from");

/** What the build reads. The lockfile stands for the libraries. */
function sourcesOf(root) {
  const folders = ["packages/dashboard/src", "packages/dashboard/public", "packages/client/src"];
  const files = folders.flatMap((folder) => listFiles(root, folder));
  const single = ["packages/dashboard/index.html", "packages/dashboard/vite-config.ts"];
  return [...files, ...single, "package-lock.json"].sort();
}

function listFiles(root, folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function fingerprint(root) {
  const hash = createHash("sha256");
  for (const path of sourcesOf(root))
    hash.update(`${path}\0`).update(readFileSync(join(root, path)));
  return hash.digest("hex");
}

/** Also true where the package came without sources: there it was built before. */
export function isDashboardBuilt(root) {
  if (!existsSync(join(root, "packages/dashboard/src"))) return true;
  if (!existsSync(stampPath(root))) return false;
  return readFileSync(stampPath(root), "utf8") === fingerprint(root);
}

/** Throws `SetupFailure` with what the build said. */
export function buildDashboard(root) {
  const node = join(root, "node_modules/.bin/node");
  const vite = join(root, "node_modules/vite/bin/vite.js");
  const folder = join(root, "packages/dashboard");
  const config = join(folder, "vite-config.ts");
  const args = [vite, "build", folder, "--config", config, "--logLevel", "warn"];
  const run = spawnSync(node, args, { cwd: root, encoding: "utf8" });
  if (run.status !== 0) {
    throw new SetupFailure(`the dashboard could not be built:\n${run.stdout}${run.stderr}`.trim());
  }
  compress(join(folder, "dist"));
  writeFileSync(stampPath(root), fingerprint(root));
}

/** Once here rather than for every browser: brotli, and gzip for those on plain HTTP. */
function compress(folder) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  for (const file of readdirSync(folder, { recursive: true })) {
    if (!/\.(js|css|html|svg)$/.test(file)) continue;
    const path = join(folder, file);
    const content = readFileSync(path);
    writeFileSync(`${path}.br`, brotliCompressSync(content, { params }));
    writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
  }
}
