/**
 * Which addresses requests may go to. This is decided on addresses only, after the
 * URL is parsed and the name resolved, since names and spellings can lie: `new URL`
 * has turned `0x7f.1` and `2130706433` into `127.0.0.1` by then.
 */

import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { createNameMatch, isLocalhostName, localAddresses } from "./host-names.ts";

type Address = ReturnType<typeof ipaddr.parse>;
type Range = ReturnType<typeof ipaddr.parseCIDR>;

/**
 * Never reached unless the operator allows it. From IANA's special-purpose registries
 * (https://www.iana.org/assignments/iana-ipv4-special-registry and -ipv6-, read
 * 2026-11-20) and two that no registry lists: Azure's WireServer, which looks public,
 * and the metadata service of Alibaba Cloud, inside 100.64.0.0/10.
 */
const deniedV4 = readCidrs([
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "168.63.129.16/32",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.31.196.0/24",
  "192.52.193.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "192.175.48.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
]);

/**
 * The only IPv6 space in public use. What lies outside and would lead elsewhere: loopback,
 * IPv4-mapped and -compatible, NAT64, unique local, link-local, site-local, multicast.
 */
const globalV6 = readCidrs(["2000::/3"]);

/** Inside it: Teredo, ORCHID and benchmarking; documentation; 6to4; AS112. */
const deniedV6 = readCidrs([
  "2001::/23",
  "2001:db8::/32",
  "2002::/16",
  "2620:4f:8000::/48",
  "3fff::/20",
]);

/** Where a name that the operator allows may lead: networks of one's own, and this machine. */
const inside = readCidrs([
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "::1",
  "fc00::/7",
]);

/**
 * Metadata services within those, of Alibaba Cloud, AWS and Google Cloud: they hand out credentials, and no sink is
 * there. All others are link-local or public to look at, and so not inside.
 */
const metadata = readCidrs(["100.100.100.200", "fd00:ec2::254", "fd20:ce::254"]);

/** True when requests may go to this address, given as text; `name` is the one that led there, if one did. */
export type AddressGuard = (address: string, name?: string) => boolean;

/**
 * A guard that passes globally routable addresses, those within `allowCidrs` (`10.0.0.0/8`, `fd00::/8`, or a single
 * address), and addresses inside, but for metadata services, to which one of `allowHosts` (`createNameMatch`) has led.
 * Throws when a range cannot be read.
 */
export function createAddressGuard(
  allowCidrs: readonly string[],
  allowHosts: readonly string[] = [],
): AddressGuard {
  const allowed = readCidrs(allowCidrs);
  const isAllowedName = createNameMatch(allowHosts);
  return (text, name = "") => {
    const address = readAddress(text);
    if (address === null) return false;
    if (isPublic(address) || isWithin(address, allowed)) return true;
    return isAllowedName(name) && isWithin(address, inside) && !isWithin(address, metadata);
  };
}

/** Null for anything but a plain address: with a zone, `fe80::1%eth0` means whatever the machine says. */
function readAddress(text: string): Address | null {
  return isIP(text) === 0 || text.includes("%") ? null : ipaddr.parse(text);
}

function isPublic(address: Address): boolean {
  // ipaddr.js keeps its own list of special ranges: a second opinion, as lists age.
  if (address.range() !== "unicast") return false;
  return address.kind() === "ipv4"
    ? !isWithin(address, deniedV4)
    : isWithin(address, globalV6) && !isWithin(address, deniedV6);
}

function isWithin(address: Address, ranges: readonly Range[]): boolean {
  return ranges.some(
    ([network, bits]) => network.kind() === address.kind() && address.match(network, bits),
  );
}

function readCidrs(cidrs: readonly string[]): Range[] {
  return cidrs.map((cidr) =>
    ipaddr.parseCIDR(cidr.includes("/") ? cidr : `${cidr}/${isIP(cidr) === 6 ? 128 : 32}`),
  );
}

/**
 * True when the URL itself says that it leads where `guard` lets nothing go: its host is a
 * refused address, or a name of this machine. Other names say so only when they are resolved.
 */
export function isForbiddenHost({ hostname }: URL, guard: AddressGuard): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0) return !guard(host);
  return isLocalhostName(host) && !localAddresses.some((address) => guard(address, host));
}
