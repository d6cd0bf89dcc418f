import type { Secrets } from "../../src/secret.ts";

/**
 * A part of each secret that nobody could come by without it: prefixes and hosts are public.
 * Where it shows, the secret leaks.
 */
export function recognisable(secrets: Secrets): [name: string, part: string][] {
  return Object.entries(secrets).map(([name, secret]) => {
    const value = secret.reveal();
    if (name === "signing_secret") return [name, value.slice(6, 16)];
    return [name, name.startsWith("url") ? value.slice(-16) : value.slice(0, 10)];
  });
}
