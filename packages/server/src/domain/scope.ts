/** What an API key may do. A route names the scopes it needs in `http/route-scopes.ts`. */

export const scopes = [
  "sinks:read",
  "sinks:write",
  "alerts:write",
  "deliveries:read",
  "deliveries:write",
  "secrets:read",
  "admin",
] as const;

export type Scope = (typeof scopes)[number];

/** What a key gets whose maker names no scopes: the tenant's daily work, without its keys. */
export const usualScopes: readonly Scope[] = scopes.filter((scope) => scope !== "admin");
