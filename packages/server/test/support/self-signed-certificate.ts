import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";

export interface Certificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

interface Making {
  /** Whose word it is; its own when left out. */
  readonly issuer?: { readonly name: string; readonly key: string };
  /** Two digits of the year at whose start it runs out; 49 when left out. */
  readonly untilYear?: string;
}

/**
 * A certificate that signs itself, or is signed by another one, made on the spot, so that no private
 * key lies in the repository and no openssl has to be installed. X.509 v3 (RFC 5280), P-256, valid for
 * `name` and everything below it from 2020.
 */
export function makeSelfSignedCertificate(name: string, making: Making = {}): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const ecdsaWithSha256 = der(0x30, oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
  const { issuer, untilYear = "49" } = making;
  const validity = der(
    0x30,
    der(0x17, Buffer.from("200101000000Z")),
    der(0x17, Buffer.from(`${untilYear}0101000000Z`)),
  );
  const names = der(0x30, der(0x82, Buffer.from(name)), der(0x82, Buffer.from(`*.${name}`)));
  const isAuthority = der(0x30, der(0x01, Buffer.from([0xff])));
  const extensions = der(
    0x30,
    der(0x30, oid(0x55, 0x1d, 0x11), der(0x04, names)),
    der(0x30, oid(0x55, 0x1d, 0x13), der(0x04, isAuthority)),
  );
  const content = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([issuer === undefined ? 1 : 2])),
    ecdsaWithSha256,
    nameOf(issuer?.name ?? name),
    validity,
    nameOf(name),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, extensions),
  );
  const signature = sign(
    "sha256",
    content,
    issuer === undefined ? privateKey : createPrivateKey(issuer.key),
  );
  const certificate = der(
    0x30,
    content,
    ecdsaWithSha256,
    der(0x03, Buffer.concat([Buffer.from([0]), signature])),
  );
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString("base64")}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** With a common name alone. */
function nameOf(commonName: string): Buffer {
  const attribute = der(0x30, oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(commonName)));
  return der(0x30, der(0x31, attribute));
}

function oid(...bytes: number[]): Buffer {
  return der(0x06, Buffer.from(bytes));
}

/** One element of ASN.1's distinguished encoding: tag, length, content (ITU-T X.690). */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length =
    content.length < 128
      ? [content.length]
      : content.length < 256
        ? [0x81, content.length]
        : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}
