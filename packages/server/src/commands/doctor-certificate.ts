import { systemClock } from "../clock.ts";
import type { Config } from "../config.ts";
import { readTls, readTlsPaths, type TlsPaths } from "../tls-files.ts";
import { type Finding, look } from "./finding.ts";

/** Authorities and their tools renew at least this long before the end. */
const renewalDays = 14;
const dayMs = 24 * 60 * 60 * 1000;

/** The files that TLS is served with; nothing where it is not. */
export function findOnCertificate(config: Config): Finding[] {
  const paths = readTlsPaths(config);
  return paths === null ? [] : [look("certificate", () => checkCertificate(paths))];
}

function checkCertificate(paths: TlsPaths): string | Omit<Finding, "about"> {
  const days = Math.floor((readTls(paths).expiresAt - systemClock.now()) / dayMs);
  if (days < 0) throw new Error(`${paths.cert} has run out: put a new one there and send SIGHUP.`);
  const text = `${paths.cert} is good for ${days} more days.`;
  return days > renewalDays ? text : { state: "look", text };
}
