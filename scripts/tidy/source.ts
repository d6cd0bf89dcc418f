/**
 * The files that the rules look at: everything that is, or could be, committed, and for
 * TypeScript and JavaScript also the syntax tree, as TypeScript's own parser sees it.
 */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Node, SourceFile } from "typescript/unstable/ast";
import { createVirtualFileSystem } from "typescript/unstable/fs";
import { API } from "typescript/unstable/sync";

export interface TextFile {
  /** From the root of the tree, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Source extends TextFile {
  readonly tree: SourceFile;
}

const virtualRoot = "/tidy";
const binaryPattern = /\.(png|jpe?g|gif|ico|woff2?|gz|zip|wasm|db)$/;
const sourcePattern = /\.(tsx?|mjs|js)$/;
/** Written by a script; its test compares. */
const generatedPattern = /\/generated\//;

/** All text files under `root` that git has or would take; needs git and a clone. */
export function listTextFiles(root: string): TextFile[] {
  const listing = execFileSync(
    "git",
    [
      "-c",
      `safe.directory=${root}`,
      "ls-files",
      "-z",
      "--cached",
      "--others",
      "--exclude-standard",
    ],
    { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
  );
  return listing
    .split("\0")
    .filter((path) => path !== "" && !binaryPattern.test(path) && existsSync(join(root, path)))
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

/** Parses what is TypeScript or JavaScript among `files`; nothing is resolved or checked. */
export function parseSources(files: readonly TextFile[]): Source[] {
  const sources = files.filter(
    ({ path }) => sourcePattern.test(path) && !generatedPattern.test(path),
  );
  const config = {
    compilerOptions: { noLib: true, noResolve: true, types: [], allowJs: true, jsx: "preserve" },
    files: sources.map((file) => file.path),
  };
  const contents: Record<string, string> = {
    [`${virtualRoot}/tsconfig.json`]: JSON.stringify(config),
  };
  for (const file of sources) contents[`${virtualRoot}/${file.path}`] = file.text;
  const api = new API({ cwd: virtualRoot, fs: createVirtualFileSystem(contents) });
  try {
    const snapshot = api.updateSnapshot({ openProjects: [`${virtualRoot}/tsconfig.json`] });
    const project = snapshot.getProjects()[0];
    return sources.map((file) => {
      const tree = project?.program.getSourceFile(`${virtualRoot}/${file.path}`);
      if (tree === undefined) throw new Error(`${file.path} could not be parsed`);
      return { ...file, tree };
    });
  } finally {
    api.close();
  }
}

/** Calls `visit` for every node below and including `node`, parents first. */
export function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  node.forEachChild((child) => {
    walk(child, visit);
    return undefined;
  });
}

/** The line, from 1, of a position in a text. */
export function lineAt(text: string, position: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < position; at = text.indexOf("\n", at + 1)) {
    line += 1;
  }
  return line;
}

export const isTest = (path: string): boolean => path.endsWith(".test.ts");

/** Tests and what only tests use. */
export const isTestSide = (path: string): boolean =>
  isTest(path) || /^packages\/[^/]+\/test\//.test(path);
