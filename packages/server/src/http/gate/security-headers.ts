/**
 * What every answer tells browsers.
 *
 * API answers are data: nothing in them may run, be framed, be guessed to be of another type,
 * or stay in a cache. Pages get the policy below, which allows scripts from this origin's own
 * files and from nowhere else: no inline script, no third party, no `eval`. There is no CORS
 * header anywhere, so no other origin's script can read an answer.
 */

/** Two years, as browsers' preload lists ask for. */
const hsts = { "strict-transport-security": "max-age=63072000; includeSubDomains" };

const everywhere = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};

export type Headers = Readonly<Record<string, string>>;

/** For answers that are no pages. */
export function apiHeaders(isHttps: boolean): Headers {
  return {
    ...everywhere,
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    ...(isHttps ? hsts : {}),
  };
}

/**
 * For pages and their files.
 * @param styleNonce names the `<style>` elements that a page's own script makes. Null for a page
 * whose libraries can pass no nonce on: then any inline style is allowed. Scripts never are.
 */
export function pageHeaders(isHttps: boolean, styleNonce: string | null): Headers {
  const inlineStyle = styleNonce === null ? "'unsafe-inline'" : `'nonce-${styleNonce}'`;
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' ${inlineStyle}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ];
  return {
    ...everywhere,
    "content-security-policy": policy.join("; "),
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "x-frame-options": "DENY",
    ...(isHttps ? hsts : {}),
  };
}
