import type { CSSProperties } from "react";

const severityColors: Readonly<Record<string, string>> = {
  Fatal: "grape",
  Critical: "red",
  High: "orange",
  Medium: "yellow",
  Low: "blue",
  Informational: "cyan",
};

const stateColors: Readonly<Record<string, string>> = {
  delivered: "green",
  healthy: "green",
  pending: "blue",
  held: "yellow",
  paused: "yellow",
  failing: "orange",
  failed: "red",
  broken: "red",
  rejected: "red",
  retry: "orange",
};

/** The colour of a state, wherever one is drawn. */
export function stateColor(name: string): string {
  return `var(--mantine-color-${stateColors[name] ?? "gray"}-6)`;
}

export function Severity({ name }: { readonly name: string }) {
  const color = `var(--mantine-color-${severityColors[name] ?? "gray"}-6)`;
  return <Tag text={name} color={color} shape="bar" />;
}

/** Of a delivery, a sink or an attempt; of several alike, with how many they are. */
export function State({ name, count }: { readonly name: string; readonly count?: number }) {
  const text = count === undefined ? name : `${count.toLocaleString()} ${name}`;
  return <Tag text={text} color={stateColor(name)} shape="dot" />;
}

/** The text keeps the page's own colour, so that it is readable on light and dark alike. */
function Tag(props: {
  readonly text: string;
  readonly color: string;
  readonly shape: "dot" | "bar";
}) {
  const style = { "--tag": props.color } as CSSProperties;
  return (
    <span className="tag" data-shape={props.shape} style={style}>
      {props.text}
    </span>
  );
}
