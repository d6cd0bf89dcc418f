/**
 * Calls that another site makes with our user's cookie (CSRF).
 *
 * A browser sends a cookie along whoever asks; a key in a header only a client that has it. So
 * this concerns calls that come with a session, and signing in. Three walls, each enough by
 * itself: the cookie is SameSite=Strict; the header below is one that no form can set and no
 * other origin's script may, as there is no CORS; and what the browser itself says of where
 * the call comes from must be this origin.
 */

import type { IncomingHttpHeaders } from "node:http";
import { ApiError } from "../../errors.ts";

/** With any value. */
export const csrfHeader = "x-event-sinks-csrf";

const safeMethods: readonly string[] = ["GET", "HEAD", "OPTIONS"];

/** Refuses a call that changes something unless it comes from our own page. */
export function refuseCrossSite(
  method: string,
  headers: IncomingHttpHeaders,
  publicUrl: string | null,
): void {
  if (safeMethods.includes(method)) return;
  const problem = crossSiteProblem(headers, publicUrl);
  if (problem !== null) throw new ApiError("forbidden", problem);
}

function crossSiteProblem(headers: IncomingHttpHeaders, publicUrl: string | null): string | null {
  if (!headers[csrfHeader]) {
    return `With a session, calls that change something need the header \`${csrfHeader}: 1\`: send it, or call with a key.`;
  }
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin") {
    return "Another site's page made this call; only this service's own pages may use a session.";
  }
  const { origin } = headers;
  if (origin === undefined || isOwnOrigin(origin, headers.host, publicUrl)) return null;
  return `A page of ${origin.slice(0, 200)} made this call, which is not where this service is: if it is, set EVENT_SINKS_PUBLIC_URL.`;
}

function isOwnOrigin(origin: string, host: string | undefined, publicUrl: string | null): boolean {
  if (!URL.canParse(origin)) return false;
  if (publicUrl !== null && new URL(publicUrl).origin === origin) return true;
  return new URL(origin).host === host;
}
