/**
 * `npm run bench`: measures Event Sinks beside its yardsticks.
 *
 *   npm run bench                             everything that is not optional; takes an hour or two
 *   npm run bench -- capacity latency-1000    some scenarios
 *   npm run bench -- --quick capacity         one short round, for development
 *   npm run bench -- --contenders bare,event-sinks --rounds 9 capacity
 *   npm run bench -- --out FILE …             appends raw lines (JSON) to a file; runs add up
 *   npm run bench -- --table FILE             prints the table of what a file holds
 *   npm run bench -- --list
 *
 * Rounds are paired: in each, all contenders run one after the other in an order that turns
 * round every time, so that a machine that slows down slows all of them. Ratios are taken within
 * a round, then their median.
 */

import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Contender } from "./contenders/contender.ts";
import { contenders } from "./contenders/index.ts";
import { installBench } from "./install.ts";
import { stopAll } from "./load/child.ts";
import { type Lab, startLab } from "./load/lab.ts";
import { tableOf } from "./report/table.ts";
import { scenarios } from "./scenarios/index.ts";
import type { Line, Scenario } from "./scenarios/scenario.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    contenders: { type: "string" },
    out: { type: "string" },
    table: { type: "string" },
    list: { type: "boolean", default: false },
  },
});

/** Where databases are made: a disk, not memory. */
const workFolder = join(tmpdir(), "event-sinks-bench-");

async function main(): Promise<void> {
  if (values.list) return list();
  if (values.table !== undefined) return say(tableOf(readLines(values.table)));
  installBench();
  const lines: Line[] = [];
  const lab = await startLab();
  try {
    for (const scenario of chosenScenarios()) {
      say(`\n${scenario.name}: ${scenario.about}`);
      lines.push(...(await runScenario(scenario, lab)));
    }
  } finally {
    await lab.stop();
    await stopAll();
  }
  say(`\n${tableOf(lines)}`);
}

async function runScenario(scenario: Scenario, lab: Lab): Promise<Line[]> {
  const lines: Line[] = [];
  const chosen = chosenContenders(scenario);
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 7));
  const first = nextRound(scenario.name);
  for (let round = first; round < first + rounds; round++) {
    for (const contender of round % 2 === 0 ? chosen : chosen.toReversed()) {
      const directory = mkdtempSync(workFolder);
      try {
        const isQuick = values.quick;
        const line = await scenario.run({ lab, round, contender, directory, isQuick });
        lines.push(line);
        keep(line);
      } finally {
        rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
      }
    }
  }
  return lines;
}

function chosenScenarios(): Scenario[] {
  const unknown = positionals.find((name) => scenarios.every((one) => one.name !== name));
  if (unknown !== undefined) throw new Error(`there is no scenario "${unknown}"; see --list`);
  if (positionals.length > 0) return scenarios.filter(({ name }) => positionals.includes(name));
  return scenarios.filter(({ isOptional }) => isOptional !== true);
}

function chosenContenders(scenario: Scenario): Contender[] {
  const names = values.contenders?.split(",") ?? scenario.contenders;
  return contenders.filter((contender) => {
    if (!names.includes(contender.name)) return false;
    const missing = contender.missing();
    if (missing !== null) say(`  ${contender.name} is left out: ${missing}`);
    return missing === null;
  });
}

/** Rounds go on counting where a file's end. */
function nextRound(scenario: string): number {
  if (values.out === undefined || !existsSync(values.out)) return 0;
  const known = readLines(values.out).filter((line) => line.scenario === scenario);
  return Math.max(-1, ...known.map(({ round }) => round)) + 1;
}

function readLines(file: string): Line[] {
  const texts = readFileSync(file, "utf8").split("\n");
  return texts.filter((text) => text !== "").map((text) => JSON.parse(text) as Line);
}

function keep(line: Line): void {
  const text = JSON.stringify(line);
  say(text);
  if (values.out === undefined) return;
  mkdirSync(join(values.out, ".."), { recursive: true });
  appendFileSync(values.out, `${text}\n`);
}

function list(): void {
  for (const { name, about, contenders: names, isOptional } of scenarios) {
    const note = isOptional === true ? "; optional" : "";
    say(`${name.padEnd(20)} ${about} (${names.join(", ")}${note})`);
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

await main();
