/**
 * Bars on top of each other, or lines, over time.
 *
 * Drawn here and by no library: those that draw this bring 50 to 120 kB, as much as half of
 * everything else. What is under the pointer is said in the line below, which is always there, so
 * that nothing jumps; and all of it in the name, for whoever does not see the picture.
 */

import { Group, Text } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useState } from "react";

interface Series {
  readonly name: string;
  readonly color: string;
}

interface ChartProps {
  readonly label: string;
  readonly kind: "bars" | "lines";
  readonly series: readonly Series[];
  /** The first instant of each step. */
  readonly starts: readonly string[];
  readonly stepSeconds: number;
  /** For each step one number of each series; none where nothing is known. */
  readonly values: readonly (readonly number[])[];
  format?(value: number): string;
}

const heightPx = 120;
const axisPx = 16;

export function Chart(props: ChartProps) {
  const { label, kind, series, starts, values, format = count } = props;
  const { ref, width } = useElementSize();
  const [at, setAt] = useState<number | null>(null);
  const sums = values.map((each) => each.reduce((sum, value) => sum + value, 0));
  const top = niceTop(kind === "bars" ? sums : values.flat());
  const stepPx = width / Math.max(starts.length, 1);
  const y = (value: number) => heightPx - (value / top) * heightPx;
  const geometry = { values, series, stepPx, y };
  return (
    <div ref={ref}>
      <svg
        role="img"
        aria-label={`${label}: ${summaryOf(props)}`}
        width="100%"
        height={heightPx + axisPx}
        style={{ display: "block", overflow: "visible" }}
        onPointerMove={({ nativeEvent }) => setAt(Math.floor(nativeEvent.offsetX / stepPx))}
        onPointerLeave={() => setAt(null)}
      >
        <Frame topText={format(top)} width={width} />
        {at === null ? null : (
          <rect x={at * stepPx} y={0} width={stepPx} height={heightPx} className="chart-at" />
        )}
        {kind === "bars" ? <Bars {...geometry} /> : <Lines {...geometry} />}
        <text x={0} y={heightPx + 13} className="chart-text">
          {timeOf(starts[0], props.stepSeconds)}
        </text>
        <text x={width} y={heightPx + 13} textAnchor="end" className="chart-text">
          {timeOf(starts.at(-1), props.stepSeconds)}
        </text>
      </svg>
      <Group gap="0 0.75rem" mih={22} mt={4}>
        {series.map(({ name, color }, index) => (
          <Text key={name} size="xs" component="span" className="tag" style={{ "--tag": color }}>
            {at === null ? name : `${name} ${valueText(values[at]?.[index], format)}`}
          </Text>
        ))}
        <Text size="xs" c="dimmed" component="span" ml="auto">
          {at === null ? "" : timeOf(starts[at], props.stepSeconds)}
        </Text>
      </Group>
    </div>
  );
}

function Frame({ topText, width }: { readonly topText: string; readonly width: number }) {
  return (
    <>
      {[0, heightPx / 2, heightPx].map((y) => (
        <line key={y} x1={0} x2={width} y1={y} y2={y} className="chart-line" />
      ))}
      <text x={0} y={11} className="chart-text">
        {topText}
      </text>
    </>
  );
}

interface Geometry {
  readonly values: ChartProps["values"];
  readonly series: readonly Series[];
  readonly stepPx: number;
  y(value: number): number;
}

function Bars({ values, series, stepPx, y }: Geometry) {
  const gapPx = stepPx > 6 ? 2 : 0.5;
  return values.map((each, step) => {
    let below = 0;
    const bars = each.map((value, index) => {
      const from = y(below);
      below += value;
      // What happened once among thousands is still seen.
      const height = value === 0 ? 0 : Math.max(from - y(below), 1.5);
      const { name, color } = series[index] ?? { name: "", color: "" };
      return (
        <rect
          key={name}
          x={step * stepPx + gapPx / 2}
          y={from - height}
          width={Math.max(stepPx - gapPx, 1)}
          height={height}
          fill={color}
        />
      );
    });
    // biome-ignore lint/suspicious/noArrayIndexKey: steps have no other identity
    return <g key={step}>{bars}</g>;
  });
}

function Lines({ values, series, stepPx, y }: Geometry) {
  return series.map(({ name, color }, index) => {
    const known = values.flatMap((each, step) => {
      const value = each[index];
      return value === undefined ? [] : [{ x: (step + 0.5) * stepPx, y: y(value) }];
    });
    const points = known.map((point) => `${point.x},${point.y}`).join(" ");
    return (
      <g key={name} stroke={color} fill={color}>
        <polyline points={points} fill="none" strokeWidth={1.75} strokeLinejoin="round" />
        {known.map((point) => (
          <circle key={point.x} cx={point.x} cy={point.y} r={1.75} />
        ))}
      </g>
    );
  });
}

const count = (value: number) => value.toLocaleString();

function valueText(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? "–" : format(value);
}

/** The first of 1, 2, 5, 10, 20, … that nothing is above. */
function niceTop(values: readonly number[]): number {
  const most = Math.max(...values, 1);
  const power = 10 ** Math.floor(Math.log10(most));
  return ([1, 2, 5, 10].find((factor) => factor * power >= most) ?? 10) * power;
}

function summaryOf({ series, values, kind, format = count }: ChartProps): string {
  return series
    .map(({ name }, index) => {
      const known = values.flatMap((each) => each[index] ?? []);
      const sum = known.reduce((total, value) => total + value, 0);
      return kind === "bars"
        ? `${format(sum)} ${name}`
        : `${name} at most ${format(Math.max(...known, 0))}`;
    })
    .join(", ");
}

const hour = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
const daySeconds = 3_600;

function timeOf(at: string | undefined, stepSeconds: number): string {
  if (at === undefined) return "";
  const date = new Date(at);
  const time = hour.format(date);
  return stepSeconds > daySeconds ? `${day.format(date)}, ${time}` : time;
}
