/**
 * Why an attempt did not deliver: one closed list, spelt alike in API, log,
 * metric and dashboard. The text is what an operator reads.
 */
export const reasons = {
  rate_limited: "The platform asked to slow down",
  timeout: "No complete answer in time",
  connection_failed: "No connection, or it broke",
  tls_failed: "The TLS handshake or the certificate failed",
  blocked_address: "The address is not allowed for outbound requests",
  redirected: "The answer was a redirect, which is never followed",
  bad_response: "The answer was not what the platform documents",
  server_error: "The platform reported a fault of its own",
  client_error: "The platform refused the request",
  auth_failed: "The platform refused the credentials",
  not_found: "The target is not there",
  payload_refused: "The platform refused the content",
  gone: "The target said it is gone for good",
  expired: "It was held or retried longer than allowed",
  internal: "A fault in Event Sinks itself",
} as const;

export type Reason = keyof typeof reasons;

/** What an attempt found. */
export type OutcomeName = "delivered" | "retry" | "rejected";
