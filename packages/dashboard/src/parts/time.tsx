import { useNow } from "../now.ts";

const thisYear = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const anyYear = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

interface TimeProps {
  readonly at: string | null | undefined;
}

/** An instant in the viewer's zone; UTC, as logs have it, on hover. */
export function Time({ at }: TimeProps) {
  if (at === null || at === undefined) return <span>–</span>;
  const date = new Date(at);
  const format = date.getFullYear() === new Date().getFullYear() ? thisYear : anyYear;
  return (
    <time dateTime={at} title={inUtc(at)}>
      {format.format(date)}
    </time>
  );
}

/** How long ago, or how soon; the instant itself, in UTC, on hover. */
export function Ago({ at }: TimeProps) {
  const now = useNow();
  if (at === null || at === undefined) return <span>–</span>;
  return (
    <time dateTime={at} title={inUtc(at)}>
      {ago(Date.parse(at) - now)}
    </time>
  );
}

const inUtc = (at: string) => at.replace("T", " ").replace("Z", " UTC");

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "short" });
const steps = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

function ago(ms: number): string {
  const [unit, unitMs] = steps.find(([, length]) => Math.abs(ms) >= length) ?? ["second", 1_000];
  return relative.format(Math.round(ms / unitMs), unit);
}
