/** What npm has found out, read from its JSON. */
export interface Verdict {
  readonly state: "verified" | "wrong" | "not verified";
  readonly text: string;
}

interface Answer {
  readonly error?: { readonly code?: string; readonly summary?: string };
  readonly message?: string;
  /** Of `npm audit signatures`. */
  readonly invalid?: readonly { readonly name?: string; readonly version?: string }[];
  readonly missing?: readonly { readonly name?: string; readonly version?: string }[];
  /** Of `npm audit`. */
  readonly metadata?: { readonly vulnerabilities?: { readonly total?: number } };
}

/** Anything but an answer that was understood counts as not verified. */
export function readVerdict(stdout: string): Verdict {
  const answer = parse(stdout);
  const holes = answer?.metadata?.vulnerabilities?.total;
  if (typeof holes === "number") {
    return holes === 0
      ? { state: "verified", text: "none in what the service needs" }
      : { state: "wrong", text: `${holes}; npm audit --omit dev says which` };
  }
  const { invalid, missing } = answer ?? {};
  if (Array.isArray(invalid) && Array.isArray(missing)) {
    const bad = [...invalid, ...missing].map(({ name, version }) => `${name}@${version}`);
    return bad.length === 0
      ? { state: "verified", text: "all good" }
      : { state: "wrong", text: `none, or a wrong one, for ${bad.join(", ")}` };
  }
  const why = answer?.error?.summary || answer?.message || "npm gave no answer";
  return { state: "not verified", text: `could not be asked (${why.split("\n", 1)[0]})` };
}

function parse(text: string): Answer | null {
  try {
    return Object(JSON.parse(text)) as Answer;
  } catch {
    return null;
  }
}
