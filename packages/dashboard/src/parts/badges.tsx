import { Badge } from "@mantine/core";

const severityColors: Readonly<Record<string, string>> = {
  Fatal: "grape",
  Critical: "red",
  High: "orange",
  Medium: "yellow",
  Low: "blue",
  Informational: "blue",
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

export function Severity({ name }: { readonly name: string }) {
  return <Tag text={name} color={severityColors[name] ?? "gray"} />;
}

/** Of a delivery, a sink or an attempt. */
export function State({ name }: { readonly name: string }) {
  return <Tag text={name} color={stateColors[name] ?? "gray"} />;
}

/** The text keeps the page's own colour, so that it is readable on light and dark alike. */
function Tag({ text, color }: { readonly text: string; readonly color: string }) {
  return (
    <Badge
      variant="dot"
      color={color}
      radius="sm"
      tt="none"
      fw={500}
      styles={{ root: { color: "var(--mantine-color-text)", minWidth: "max-content" } }}
    >
      {text}
    </Badge>
  );
}
