import { type Import, importsOf } from "./imports.ts";
import type { Problem } from "./problem.ts";
import { isTestSide, type Source } from "./source.ts";

/**
 * Files that import each other in a circle, types included: none of them can be read, tested or moved
 * without the others. Each circle is reported once, at one of its imports.
 */
export function checkCircles(sources: readonly Source[]): Problem[] {
  const production = sources.filter(({ path }) => !isTestSide(path));
  const imports = new Map(production.map((source) => [source.path, importsOf(source)]));
  const done = new Set<string>();
  const problems: Problem[] = [];

  /** @param trail the imports that lead here, each from the file before. */
  function visit(path: string, trail: readonly Import[]): void {
    if (done.has(path)) return;
    const start = trail.findIndex(({ from }) => from.path === path);
    if (start >= 0) {
      problems.push(problemOf(trail.slice(start)));
      return;
    }
    for (const found of imports.get(path) ?? []) {
      if (found.target !== null && imports.has(found.target)) {
        visit(found.target, [...trail, found]);
      }
    }
    done.add(path);
  }

  for (const { path } of production) visit(path, []);
  return problems;
}

function problemOf(circle: readonly Import[]): Problem {
  const [first, ...others] = circle;
  if (first === undefined) throw new Error("a circle has at least one import");
  const path = [first, ...others].map(({ from }) => from.path).join(" -> ");
  return {
    path: first.from.path,
    line: first.line,
    message: `imports go in a circle (${path} -> ${first.from.path}); move what they share to a file of its own`,
  };
}
