/** The cookie that holds a session's token, and nothing else. */

/** Browsers take `__Host-` only from this very host, over TLS, for all paths. */
function cookieName(isHttps: boolean): string {
  return isHttps ? "__Host-event-sinks-session" : "event-sinks-session";
}

/** For `Set-Cookie`. Script cannot read it, and no other site's request carries it. */
export function sessionCookie(token: string, lifetimeS: number, isHttps: boolean): string {
  const secure = isHttps ? "; Secure" : "";
  return `${cookieName(isHttps)}=${token}; Path=/; Max-Age=${lifetimeS}; HttpOnly; SameSite=Strict${secure}`;
}

/** The token in a `Cookie` header. */
export function readSessionToken(header: string | undefined, isHttps: boolean): string | undefined {
  const name = cookieName(isHttps);
  for (const pair of (header ?? "").split(";")) {
    const [key, value] = pair.trim().split("=", 2);
    if (key === name && value !== undefined && /^[\w-]{43}$/.test(value)) return value;
  }
  return undefined;
}
