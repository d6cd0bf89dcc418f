/** A file can be read at one sitting, and a function fits a screen. */

import { type Node, SyntaxKind } from "typescript/unstable/ast";
import type { Problem } from "./problem.ts";
import { lineAt, type Source } from "./source.ts";

export const fileLinesMax = 450;
export const functionLinesMax = 70;

const functionKinds: readonly SyntaxKind[] = [
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.FunctionExpression,
  SyntaxKind.ArrowFunction,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.Constructor,
  SyntaxKind.GetAccessor,
  SyntaxKind.SetAccessor,
];

const isFunction = (node: Node): boolean => functionKinds.includes(node.kind);

function nameOf(node: Node): string {
  const name = "name" in node && node.name ? (node.name as Node) : null;
  return name === null ? "a function" : `function ${name.getText()}`;
}

/**
 * The lines of a function without those of the functions inside it, which are measured by
 * themselves: a function that only holds others (a factory, a group of tests) is as easy
 * to read as a class.
 */
function measure(node: Node, source: Source, problems: Problem[]): number {
  const first = lineAt(source.text, node.getStart());
  const lines = lineAt(source.text, node.end) - first + 1;
  let nestedLines = 0;
  const descend = (child: Node): undefined => {
    if (isFunction(child)) nestedLines += measure(child, source, problems) - 1;
    else child.forEachChild(descend);
  };
  node.forEachChild(descend);
  if (isFunction(node) && lines - nestedLines > functionLinesMax) {
    const message = `${nameOf(node)} has ${lines - nestedLines} lines; at most ${functionLinesMax} fit a screen, split it`;
    problems.push({ path: source.path, line: first, message });
  }
  return lines;
}

export function checkSizes(sources: readonly Source[]): Problem[] {
  const problems: Problem[] = [];
  for (const source of sources) {
    const lines = source.text.trimEnd().split("\n").length;
    if (lines > fileLinesMax) {
      const message = `has ${lines} lines, at most ${fileLinesMax}; split it by topic`;
      problems.push({ path: source.path, line: fileLinesMax, message });
    }
    measure(source.tree, source, problems);
  }
  return problems;
}
