/** What the service shows to clients, and what it asks of them, from PEM files that the operator keeps. */

import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import type { Config } from "./config.ts";
import { Secret } from "./secret.ts";

export interface TlsPaths {
  readonly cert: string;
  readonly key: string;
  /** Null: no certificate is asked of clients. */
  readonly clientCa: string | null;
}

export interface TlsMaterial {
  /** PEM, the service's own first. */
  readonly cert: string;
  readonly key: Secret;
  readonly clientCa: string | null;
  /** When the service's own certificate runs out. */
  readonly expiresAt: number;
}

/** What the settings name; null: no TLS. */
export function readTlsPaths({
  tlsCert,
  tlsKey,
  tlsClientCa,
}: Pick<Config, "tlsCert" | "tlsKey" | "tlsClientCa">): TlsPaths | null {
  if (tlsCert === null || tlsKey === null) return null;
  return { cert: tlsCert, key: tlsKey, clientCa: tlsClientCa };
}

/** Reads the files. Throws a sentence for the operator when they cannot serve. */
export function readTls(paths: TlsPaths): TlsMaterial {
  const cert = readPem("EVENT_SINKS_TLS_CERT", paths.cert);
  const key = readPem("EVENT_SINKS_TLS_KEY", paths.key);
  const { clientCa: caPath } = paths;
  const clientCa = caPath === null ? null : readPem("EVENT_SINKS_TLS_CLIENT_CA", caPath);
  const own = readCertificate("EVENT_SINKS_TLS_CERT", paths.cert, cert);
  if (caPath !== null) readCertificate("EVENT_SINKS_TLS_CLIENT_CA", caPath, clientCa ?? "");
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw new Error(
      `${paths.key} (EVENT_SINKS_TLS_KEY) is not the unencrypted private key, in PEM, of the certificate in ${paths.cert}.`,
      { cause: error },
    );
  }
  return { cert, key: new Secret(key), clientCa, expiresAt: own.validToDate.getTime() };
}

function readPem(setting: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    throw new Error(
      `${path}, which ${setting} names, cannot be read${code}: it must be a PEM file that the service's user may read.`,
      { cause: error },
    );
  }
}

function readCertificate(setting: string, path: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new Error(`${path} (${setting}) holds no certificate in PEM.`, { cause: error });
  }
}
