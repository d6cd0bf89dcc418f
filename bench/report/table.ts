import type { Line } from "../scenarios/scenario.ts";
import type { Ledger, LoadFigures } from "./statistics.ts";
import { median, round } from "./statistics.ts";

type LoadLine = Line & LoadFigures & { readonly cpuUs: { readonly contender: number } };

/** The readable form of raw lines: for each scenario a Markdown table, medians with their spread. */
export function tableOf(lines: readonly Line[]): string {
  const scenarios = [...new Set(lines.map(({ scenario }) => scenario))];
  return scenarios
    .map((name) => {
      const own = lines.filter(({ scenario }) => scenario === name);
      return `### ${name}\n\n${"perSecond" in (own[0] ?? {}) ? loadTable(own as LoadLine[]) : plainTable(own)}`;
    })
    .join("\n\n");
}

function loadTable(lines: readonly LoadLine[]): string {
  const head = [
    "contender",
    "rounds",
    "deliveries/s",
    "of bare",
    "p50 ms",
    "p99 ms",
    "p99 of bare",
    "CPU µs each",
    "lost",
    "repeated",
  ];
  const rows = contendersOf(lines).map((name) => {
    const own = lines.filter(({ contender, isVoid }) => contender === name && isVoid === null);
    const ratios = (of: (line: LoadLine) => number) => ratiosToBare(lines, own, of);
    const total = (of: (ledger: Ledger) => number) =>
      String(own.reduce((sum, { ledger }) => sum + of(ledger), 0));
    return [
      name,
      voidNote(own.length, lines.filter(({ contender }) => contender === name).length),
      spread(own.map(({ perSecond }) => perSecond)),
      spread(ratios(({ perSecond }) => perSecond)),
      spread(own.map(({ latencyMs }) => latencyMs.p50)),
      spread(own.map(({ latencyMs }) => latencyMs.p99)),
      spread(ratios(({ latencyMs }) => latencyMs.p99)),
      spread(own.map(({ cpuUs }) => cpuUs.contender)),
      total(({ lost }) => lost),
      total(({ repeated }) => repeated),
    ];
  });
  return markdown(head, rows);
}

/** Every figure of the lines that is a number, one below the other. */
function plainTable(lines: readonly Line[]): string {
  const names = Object.keys(lines[0] ?? {}).filter(
    (name) => name !== "round" && typeof lines[0]?.[name] === "number",
  );
  const contenders = contendersOf(lines);
  const good = (name: string) =>
    lines.filter(({ contender, isVoid }) => contender === name && isVoid === null);
  const totals = contenders.map((name) =>
    voidNote(good(name).length, lines.filter(({ contender }) => contender === name).length),
  );
  const rows = names.map((figure) => [
    figure,
    ...contenders.map((name) => spread(good(name).map((line) => Number(line[figure])))),
  ]);
  return markdown(["", ...contenders], [["rounds", ...totals], ...rows]);
}

function contendersOf(lines: readonly Line[]): string[] {
  return [...new Set(lines.map(({ contender }) => contender))];
}

function ratiosToBare<T extends Line>(
  all: readonly T[],
  own: readonly T[],
  of: (line: T) => number,
): number[] {
  return own.flatMap((line) => {
    const bare = all.find(
      ({ contender, round: number, isVoid }) =>
        contender === "bare" && number === line.round && isVoid === null,
    );
    return bare === undefined ? [] : [of(line) / of(bare)];
  });
}

function voidNote(good: number, total: number): string {
  return good === total ? String(good) : `${good} (${total - good} void)`;
}

/** Median, with the least and the most. */
function spread(values: readonly number[]): string {
  if (values.length === 0) return "–";
  const middle = round(median(values));
  if (values.length === 1) return String(middle);
  return `${middle} (${round(Math.min(...values))}–${round(Math.max(...values))})`;
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
