/**
 * Every error code of the API, with its HTTP status. Codes are stable; sentences may be
 * improved. `docs/reference/errors.md` lists the same codes, and a test compares both ways.
 */
export const errorStatus = {
  invalid_json: 400,
  invalid_request: 400,
  invalid_page_token: 400,
  unknown_field: 400,
  event_sink_type_fixed: 400,
  id_mismatch: 400,
  slack_integration_not_found: 400,
  slack_integration_fixed: 400,
  slack_refused: 400,
  no_event_sink: 400,
  too_many_hops: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  unknown_tenant: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  conflict: 409,
  not_configured: 409,
  version_mismatch: 412,
  too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  headers_too_large: 431,
  internal: 500,
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof errorStatus;

export interface ErrorDetail {
  /** Where in the request, e.g. `event_sink_args.Webhook.url`. */
  readonly path: string;
  readonly message: string;
}

/** A refusal that the caller gets to read: a sentence that says what is wrong and what to do. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly details: readonly ErrorDetail[];
  /** For 429 and 503: when it makes sense to come back, in seconds. */
  readonly retryAfterS: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: readonly ErrorDetail[]; retryAfterS?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "ApiError";
    this.code = code;
    this.details = options.details ?? [];
    this.retryAfterS = options.retryAfterS;
  }

  get status(): number {
    return errorStatus[this.code];
  }
}
