import { type DestinationStream, pino, stdSerializers, stdTimeFunctions } from "pino";

export const logLevels = ["debug", "info", "warn", "error", "silent"] as const;

export type LogLevel = (typeof logLevels)[number];

/** What is said beside the text, in snake_case; an `error` is written with its stack. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Texts are names of what happened, e.g. `delivery.attempted`; everything else is a field. */
export interface Log {
  debug(fields: LogFields, text: string): void;
  info(fields: LogFields, text: string): void;
  warn(fields: LogFields, text: string): void;
  error(fields: LogFields, text: string): void;
  /** A log that adds these fields to each line. */
  child(fields: LogFields): Log;
}

/**
 * Writes one JSON object a line: `level` and `time` (ISO 8601) as text, then the fields,
 * then `msg`. Lines go to stdout at once, from any thread, so that none is lost when the process
 * dies. A `Secret` among the fields prints as `<secret>`.
 * @param destination for tests; takes one line a call.
 */
export function createLog({
  level,
  destination = pino.destination({ fd: 1, sync: true }),
}: {
  readonly level: LogLevel;
  readonly destination?: DestinationStream;
}): Log {
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: stdSerializers.err },
  };
  return pino(options, { write: (line) => destination.write(plain(line)) });
}

/** JSON escapes what is below a space; terminals also obey C1 controls, and show text in another order for some signs. */
function plain(line: string): string {
  return line.replace(
    /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
