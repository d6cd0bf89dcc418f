import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { AddressGuard } from "./address-guard.ts";
import { ConnectError } from "./failure.ts";
import { isLocalhostName, localAddresses, withoutTrailingDot } from "./host-names.ts";

/** Asks for all addresses of a name. Rejects when there are none. */
export type Resolve = (name: string) => Promise<readonly string[]>;

/** Asks as every other program on the machine does: hosts file, search domains, DNS. */
export const systemResolve: Resolve = async (name) => {
  const found = await lookup(name, { all: true, order: "verbatim" });
  return found.map(({ address }) => address);
};

/**
 * Questions for one name that are open at the same time become one: the system
 * resolver runs on a few threads, and a dead name asked for a hundred times
 * would keep every other sink waiting for its own.
 */
export function shareQuestions(resolve: Resolve): Resolve {
  const open = new Map<string, Promise<readonly string[]>>();
  return (name) => {
    const asked = open.get(name);
    if (asked !== undefined) return asked;
    const question = resolve(name).finally(() => open.delete(name));
    open.set(name, question);
    return question;
  };
}

/**
 * The addresses a connection to `host` (a name, or an address without brackets) may use.
 * Throws `ConnectError`: `blocked_address` when one of them is refused, even if others are
 * fine, since whoever owns such a name is probing; `connection_failed` when there are none.
 * @param guard null for no limits.
 */
export async function resolveAddresses(
  host: string,
  resolve: Resolve,
  guard: AddressGuard | null,
): Promise<readonly string[]> {
  if (isIP(host) !== 0) {
    if (guard !== null && !guard(host)) throw blocked(`${host} is not a public address`);
    return [host];
  }
  if (guard !== null && isLocalhostName(host)) return allowedHere(host, guard);
  const addresses = await ask(host, resolve);
  if (guard !== null && !addresses.every((address) => guard(address, host))) {
    throw blocked(`${host} leads to an address that is not public`);
  }
  return addresses;
}

/** Not asked of DNS; each family counts for itself, as `127.0.0.0/8` is usually allowed without `::1`. */
function allowedHere(name: string, guard: AddressGuard): readonly string[] {
  const allowed = localAddresses.filter((address) => guard(address, name));
  if (allowed.length === 0) throw blocked(`${name} is this machine, not a public address`);
  return allowed;
}

async function ask(name: string, resolve: Resolve): Promise<readonly string[]> {
  let addresses: readonly string[];
  try {
    addresses = await resolve(withoutTrailingDot(name));
  } catch (error) {
    throw new ConnectError("connection_failed", `The name ${name} could not be resolved.`, error);
  }
  if (addresses.length > 0) return addresses;
  throw new ConnectError("connection_failed", `The name ${name} has no address.`);
}

function blocked(what: string): ConnectError {
  return new ConnectError(
    "blocked_address",
    `${what}. The operator can allow it with EVENT_SINKS_ALLOW_CIDRS or EVENT_SINKS_ALLOW_HOSTS, for sinks saved with an operator key.`,
  );
}
