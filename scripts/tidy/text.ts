/** Rules that need no syntax tree: names, leftovers, and what must not leave a machine. */

import type { Problem } from "./problem.ts";
import { lineAt, type TextFile } from "./source.ts";

const vagueNames = /^(utils?|helpers?|lib|libs|common|types?|managers?|base|misc|shared)$/;
const vagueEndings = /[-.](utils?|helpers?|manager|common)$/;
const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const codePattern = /\.(ts|mjs|js|sql|sh)$/;
/** This rule's own files and their tests spell out what they forbid. */
const ownFiles = /^scripts\/tidy(\/|\.test\.ts$)/;

interface TextRule {
  readonly pattern: RegExp;
  readonly appliesTo: (path: string) => boolean;
  readonly message: string;
}

const textRules: readonly TextRule[] = [
  {
    pattern: /\b(TODO|FIXME|XXX)\b/g,
    appliesTo: (path) => codePattern.test(path),
    message: "a forgotten note; do it, or file an issue",
  },
  {
    pattern: /(?<![\w.:~*-])\/(home|root|work|Users)\/[\w.-]/g,
    appliesTo: () => true,
    message: "a path of one machine; name it from the project's root",
  },
  {
    pattern:
      /\b(registry\.(npmjs|yarnpkg)\.\w+|npm\.pkg\.github\.com|pypi\.org|files\.pythonhosted\.org|proxy\.golang\.org|static\.crates\.io|deb\.debian\.org|repo\d?\.maven\.\w+)/g,
    appliesTo: () => true,
    message: "names a package registry; leave that to each machine's settings",
  },
  {
    pattern: /"resolved": "[^"]*:\/\//g,
    appliesTo: (path) => path === "package-lock.json",
    message: "the lockfile names a host; install with npm's omit-lockfile-registry-resolved",
  },
];

/** Leftovers, machine paths and registry hosts. */
export function checkText(files: readonly TextFile[]): Problem[] {
  const problems: Problem[] = [];
  for (const { path, text } of files) {
    if (ownFiles.test(path)) continue;
    for (const rule of textRules) {
      if (!rule.appliesTo(path)) continue;
      for (const match of text.matchAll(rule.pattern)) {
        const message = `${match[0].trim()}: ${rule.message}`;
        problems.push({ path, line: lineAt(text, match.index), message });
      }
    }
  }
  return problems;
}

/** Names that say nothing, and source files that are not in kebab-case. */
export function checkNames(files: readonly TextFile[]): Problem[] {
  const problems: Problem[] = [];
  for (const { path } of files) {
    if (!codePattern.test(path)) continue;
    const parts = path
      .replace(codePattern, "")
      .replace(/\.test$/, "")
      .split("/");
    const vague = parts.find((part) => vagueNames.test(part) || vagueEndings.test(part));
    if (vague !== undefined) {
      const message = `"${vague}" says nothing; name it for what it holds`;
      problems.push({ path, line: 1, message });
    }
    const name = parts.at(-1) ?? "";
    // Migrations are named like the vendor's: a number and a deed, with underscores.
    if (!path.endsWith(".sql") && !kebabCase.test(name)) {
      problems.push({ path, line: 1, message: `"${name}" is not kebab-case` });
    }
  }
  return problems;
}
