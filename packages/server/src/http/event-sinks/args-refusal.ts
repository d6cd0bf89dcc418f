import { ApiError, type ErrorCode } from "../../errors.ts";

/**
 * A refusal of what stands in `event_sink_args`.
 * @param path below it, e.g. `Slack.channel_id`.
 */
export function refuseArgs(code: ErrorCode, path: string, message: string): ApiError {
  const whole = `event_sink_args.${path}`;
  return new ApiError(code, `\`${whole}\`: ${message}`, { details: [{ path: whole, message }] });
}
