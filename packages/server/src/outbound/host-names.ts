/**
 * Names that mean something before DNS is asked: those of this machine, and those that the operator lets lead inside.
 * All are compared as the URL parser leaves them (lower case, punycode, nothing percent-encoded, no user name or port),
 * so each way to spell a name is that name, and nothing that merely looks like it is.
 */

/** `localhost` and every name below it mean this machine (RFC 6761 section 6.3), whatever DNS says. */
export function isLocalhostName(name: string): boolean {
  const plain = withoutTrailingDot(name).toLowerCase();
  return plain === "localhost" || plain.endsWith(".localhost");
}

/** What names of this machine stand for; not asked of DNS. */
export const localAddresses: readonly string[] = ["127.0.0.1", "::1"];

/** `example.com.` and `example.com` are the same name. */
export function withoutTrailingDot(name: string): string {
  return name.endsWith(".") ? name.slice(0, -1) : name;
}

/** True for a name that is allowed. */
export type NameMatch = (name: string) => boolean;

/**
 * Matches the names of `patterns`, which `readHosts` has brought into the parser's form. `*.corp.example` stands for
 * every name below `corp.example`, at any depth, and not for that name itself.
 */
export function createNameMatch(patterns: readonly string[]): NameMatch {
  const names = new Set(patterns.filter((pattern) => !pattern.startsWith("*.")));
  const ends = patterns.filter((pattern) => pattern.startsWith("*.")).map((one) => one.slice(1));
  return (name) => {
    const plain = withoutTrailingDot(name);
    // Longer than the end: nothing stands before the dot of `.corp.example`.
    return names.has(plain) || ends.some((end) => plain.length > end.length && plain.endsWith(end));
  };
}
