/** Calls that have a better home, and tests that do not run. */

import {
  isCallExpression,
  isIdentifier,
  isNewExpression,
  isObjectLiteralExpression,
  isPropertyAccessExpression,
  isPropertyAssignment,
  type Node,
  SyntaxKind,
} from "typescript/unstable/ast";
import type { Problem } from "./problem.ts";
import { isTest, isTestSide, lineAt, type Source, walk } from "./source.ts";

const serverSource = "packages/server/src/";

interface Ban {
  readonly matches: (node: Node) => boolean;
  /** The one place where it belongs, as paths from the root. */
  readonly homes: readonly string[];
  readonly message: string;
}

/** `object.name`, or any member of `object`. */
function isMember(node: Node, object: string, name?: string): boolean {
  return (
    isPropertyAccessExpression(node) &&
    isIdentifier(node.expression) &&
    node.expression.text === object &&
    (name === undefined || node.name.text === name)
  );
}

const isCallOf = (node: Node, name: string): boolean =>
  isCallExpression(node) && isIdentifier(node.expression) && node.expression.text === name;

const bans: readonly Ban[] = [
  {
    matches: (node) =>
      isMember(node, "Date", "now") ||
      isCallOf(node, "Date") ||
      (isNewExpression(node) &&
        isIdentifier(node.expression) &&
        node.expression.text === "Date" &&
        (node.arguments?.length ?? 0) === 0),
    homes: [`${serverSource}clock.ts`],
    message: "reaches for the time; take a Clock and ask its now(), so that tests can step it",
  },
  {
    matches: (node) => isMember(node, "process", "env"),
    homes: [`${serverSource}config.ts`],
    message: "reads the environment; add a setting to config.ts and take it as an argument",
  },
  {
    matches: (node) => isCallOf(node, "fetch") || isMember(node, "globalThis", "fetch"),
    homes: [],
    message: "sends past the address guard; send through an Outbound",
  },
  {
    matches: (node) => isMember(node, "console"),
    homes: [`${serverSource}main.ts`],
    message: "writes to the console; take a log, which masks secrets",
  },
  {
    matches: (node) => isMember(node, "Math", "random"),
    homes: [`${serverSource}engine/engine-thread.ts`],
    message: "makes its own chance; take `random` as an argument, so that tests can choose it",
  },
];

/** Banned calls in what the server runs in production. */
export function checkCalls(sources: readonly Source[]): Problem[] {
  const problems: Problem[] = [];
  for (const source of sources) {
    const { path, text, tree } = source;
    if (!path.startsWith(serverSource) || isTestSide(path)) continue;
    walk(tree, (node) => {
      for (const ban of bans) {
        if (ban.homes.includes(path) || !ban.matches(node)) continue;
        problems.push({ path, line: lineAt(text, node.getStart()), message: ban.message });
      }
    });
  }
  return problems;
}

const runners = ["test", "it", "describe", "suite"];
const switches = ["only", "skip", "todo"];

/** `test.only`, or `{ skip: true }` for good; a skip with a computed condition is allowed. */
function isSwitchedOff(node: Node): boolean {
  if (runners.some((runner) => switches.some((name) => isMember(node, runner, name)))) return true;
  if (!isCallExpression(node) || !isIdentifier(node.expression)) return false;
  if (!runners.includes(node.expression.text)) return false;
  return node.arguments
    .filter(isObjectLiteralExpression)
    .flatMap((options) => [...options.properties])
    .some(
      (property) =>
        isPropertyAssignment(property) &&
        switches.includes(property.name.getText()) &&
        (property.initializer.kind === SyntaxKind.TrueKeyword ||
          property.initializer.kind === SyntaxKind.StringLiteral),
    );
}

/** Tests that are switched off, or that switch the others off. */
export function checkTests(sources: readonly Source[]): Problem[] {
  const problems: Problem[] = [];
  for (const { path, text, tree } of sources) {
    if (!isTest(path)) continue;
    walk(tree, (node) => {
      if (!isSwitchedOff(node)) return;
      const message = "only, skip or todo left in a test; run it, or delete it";
      problems.push({ path, line: lineAt(text, node.getStart()), message });
    });
  }
  return problems;
}
