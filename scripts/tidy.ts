/**
 * The project's own rules, as a check: what CONTRIBUTING.md asks for and a machine can see.
 * Each rule says what to do instead. Run by `npm run check` and before the tests.
 */

import { dirname } from "node:path";
import { checkCalls, checkTests } from "./tidy/calls.ts";
import { checkCircles } from "./tidy/circles.ts";
import { checkDirection, checkOrphans } from "./tidy/imports.ts";
import type { Problem } from "./tidy/problem.ts";
import { checkSizes } from "./tidy/sizes.ts";
import { listTextFiles, parseSources } from "./tidy/source.ts";
import { checkNames, checkText } from "./tidy/text.ts";

const files = listTextFiles(dirname(import.meta.dirname));
const sources = parseSources(files);
const manifests = files.filter((file) => /(^|\/)package\.json$/.test(file.path));
const problems: Problem[] = [
  ...checkDirection(sources),
  ...checkCircles(sources),
  ...checkOrphans(sources, manifests),
  ...checkCalls(sources),
  ...checkTests(sources),
  ...checkSizes(sources),
  ...checkNames(files),
  ...checkText(files),
];

problems.sort((a, b) => a.path.localeCompare(b.path) || a.line - b.line);
for (const { path, line, message } of problems) console.log(`${path}:${line} ${message}`);
console.log(
  problems.length === 0
    ? `tidy: ${files.length} files keep the rules`
    : `tidy: ${problems.length} problems`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
