import { ApiError } from "../../errors.ts";

/** The `ETag` of something that counts its changes (RFC 9110 section 8.8.3). */
export function etagOf({ version }: { version: number }): string {
  return `"${version}"`;
}

/**
 * Reads `If-Match` (RFC 9110 section 13.1.1).
 * @returns whether a version is one the caller wants to change; always true without the header
 *   and for `*`. Weak tags never match, as the RFC says.
 */
export function readIfMatch(header: string | undefined): (version: number) => boolean {
  if (header === undefined || header.trim() === "*") return () => true;
  const tags = new Set(header.split(",").map((tag) => tag.trim()));
  return (version) => tags.has(etagOf({ version }));
}

export function versionMismatch(current: number): ApiError {
  return new ApiError(
    "version_mismatch",
    "It has changed since the version named in `If-Match`: get it again, look at what changed, and " +
      `repeat with its present ETag, ${etagOf({ version: current })}.`,
  );
}
