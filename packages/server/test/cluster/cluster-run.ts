/** `npm run test:cluster`: the trials at full length, with a report. `--short` runs them as `npm test` does. */

import { parseArgs } from "node:util";
import { longTrials, runTrials, shortTrials, type TrialReport } from "./trials.ts";

const { values } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    nodes: { type: "string", default: "3" },
    senders: { type: "string", default: "6" },
    pause: { type: "string", default: "20" },
  },
});

const row = (cells: readonly (string | number)[]) =>
  [String(cells[0]).padEnd(26), ...cells.slice(1).map((cell) => String(cell).padStart(10))].join(
    "",
  );

const tell = ({ what, seconds, accepted, refused, repeated }: TrialReport) =>
  console.log(row([what, seconds.toFixed(0), accepted, refused, repeated]));

console.log(row(["while", "seconds", "202", "503", "repeated"]));
const { balance, oddAnswers, refusedUntold } = await runTrials(
  values.short ? shortTrials : longTrials,
  {
    ...{ nodes: Number(values.nodes), sinks: 12, senders: Number(values.senders) },
    ...{ batchSize: 10, pauseMs: Number(values.pause) },
  },
  tell,
);
console.log(`
accepted      ${balance.accepted}   answered 202
lost          ${balance.lost}   accepted and never acknowledged by the webhook
repeated      ${balance.repeated}   acknowledged more than once
resettled     ${balance.resettled}   recorded as delivered more than once
inconsistent  ${balance.inconsistent}   rows, counts and attempts that contradict each other
refused       ${balance.refused}   answered 503 with Retry-After, and sent again
odd answers   ${oddAnswers.length + refusedUntold}`);
for (const answer of oddAnswers.slice(0, 10)) console.log(`  ${answer}`);
const { lost, resettled, inconsistent } = balance;
process.exitCode =
  lost + resettled + inconsistent + oddAnswers.length + refusedUntold === 0 ? 0 : 1;
