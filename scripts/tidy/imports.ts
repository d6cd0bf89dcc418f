/**
 * Who may import whom.
 *
 * The server's layers import one way only, so that each can be understood, tested and put
 * on its own thread without what stands above it: domain, then sinks, store and outbound
 * (which do not know each other), then engine, http, app, commands, main. The ground files (time,
 * ids, errors, secrets, log, settings) may be imported by all of them.
 */

import { posix } from "node:path";
import {
  isCallExpression,
  isExportDeclaration,
  isImportDeclaration,
  isNewExpression,
  isStringLiteral,
  type Node,
  SyntaxKind,
} from "typescript/unstable/ast";
import type { Problem } from "./problem.ts";
import { isTest, isTestSide, lineAt, type Source, type TextFile, walk } from "./source.ts";

const serverSource = "packages/server/src/";

const groundFiles = [
  "clock",
  "config",
  "durable-folder",
  "encryption-key",
  "errors",
  "ids",
  "key-file",
  "log",
  "operator-key",
  "sealer",
  "secret",
  "setting-readers",
  "settings",
  "settings-text",
  "thread-memory",
  "tls-files",
  "version",
];

/** What each layer may import besides itself. */
const layers: Readonly<Record<string, readonly string[]>> = {
  ground: ["domain"],
  domain: ["ground"],
  sinks: ["ground", "domain"],
  store: ["ground", "domain"],
  outbound: ["ground", "domain"],
  engine: ["ground", "domain", "sinks", "store", "outbound"],
  http: ["ground", "domain", "sinks", "store", "outbound", "engine"],
  app: ["ground", "domain", "sinks", "store", "outbound", "engine", "http"],
  commands: ["ground", "domain", "sinks", "store", "outbound", "engine", "http", "app"],
  main: ["ground", "commands"],
};

export interface Import {
  readonly from: Source;
  readonly line: number;
  readonly specifier: string;
  /** The imported file's path from the root; null for packages and Node's own modules. */
  readonly target: string | null;
}

/** The text of a module named by an import, an export, `import()` or a worker's `new URL()`. */
function specifierOf(node: Node): string | null {
  let named: Node | undefined;
  if (isImportDeclaration(node) || isExportDeclaration(node)) named = node.moduleSpecifier;
  else if (isCallExpression(node) && node.expression.kind === SyntaxKind.ImportKeyword) {
    named = node.arguments[0];
  } else if (isNewExpression(node) && node.expression.getText() === "URL") {
    named = node.arguments?.[0];
  }
  return named !== undefined && isStringLiteral(named) ? named.text : null;
}

/** What a file imports, exports from elsewhere, or starts as a worker, in order. */
export function importsOf(source: Source): Import[] {
  const found: Import[] = [];
  walk(source.tree, (node) => {
    const specifier = specifierOf(node);
    if (specifier === null) return;
    const isRelative = specifier.startsWith(".");
    const target = isRelative ? posix.join(posix.dirname(source.path), specifier) : null;
    const line = lineAt(source.text, node.getStart());
    found.push({ from: source, line, specifier, target });
  });
  return found;
}

/** The layer of a file of the server; undefined when it stands in none. */
function layerOf(path: string): string | undefined {
  const [first = "", ...below] = path.slice(serverSource.length).split("/");
  if (below.length > 0) return first in layers ? first : undefined;
  const name = first.replace(/\.ts$/, "");
  if (groundFiles.includes(name)) return "ground";
  return name === "app" || name === "main" ? name : undefined;
}

function directionProblem(found: Import): string | null {
  const { from, specifier, target } = found;
  if (from.path.startsWith("packages/simulators/")) {
    const isServer = target?.startsWith("packages/server/") || specifier === "@event-sinks/server";
    return isServer ? "a simulator imports nothing from the server: it must judge it" : null;
  }
  if (!from.path.startsWith(serverSource) || isTestSide(from.path)) return null;
  if (specifier.startsWith("@event-sinks/") || target?.startsWith("packages/simulators/")) {
    return "the server runs without the other packages";
  }
  if (target === null) return null;
  if (isTestSide(target)) return "what runs in production imports nothing from tests";
  const [layer, imported] = [layerOf(from.path), layerOf(target)];
  if (layer === undefined || imported === undefined || layer === imported) return null;
  if (layers[layer]?.includes(imported)) return null;
  return `${layer} may not import ${imported}; imports go domain <- sinks, store, outbound <- engine <- http <- app <- commands <- main`;
}

/** Imports against the direction, and files of the server that stand in no layer. */
export function checkDirection(sources: readonly Source[]): Problem[] {
  const problems: Problem[] = [];
  for (const source of sources) {
    if (source.path.startsWith(serverSource) && !isTest(source.path) && !layerOf(source.path)) {
      const message =
        "stands in no layer; put it into one, or name it in scripts/tidy/imports.ts if all layers may import it";
      problems.push({ path: source.path, line: 1, message });
    }
    for (const found of importsOf(source)) {
      const message = directionProblem(found);
      if (message !== null) problems.push({ path: source.path, line: found.line, message });
    }
  }
  return problems;
}

/**
 * Source files that nothing needs. A file counts as needed when a file that is no test
 * imports it (or starts it as a worker), or a package.json names it; a file of the test
 * side, when any file imports it. Scripts are started by hand or by a package.json.
 */
export function checkOrphans(
  sources: readonly Source[],
  manifests: readonly TextFile[],
): Problem[] {
  const needed = new Set<string>();
  for (const source of sources) {
    for (const { target } of importsOf(source)) {
      if (target !== null && (isTestSide(target) || !isTest(source.path))) needed.add(target);
    }
  }
  const isNamed = (path: string): boolean =>
    manifests.some((manifest) => {
      const folder = posix.dirname(manifest.path);
      return manifest.text.includes(posix.relative(folder, path));
    });
  return sources
    .filter(({ path }) => !isTest(path) && !/^scripts\/[^/]+$/.test(path))
    .filter(({ path }) => !needed.has(path) && !isNamed(path))
    .map(({ path }) => ({ path, line: 1, message: "nothing imports this file; delete it" }));
}
