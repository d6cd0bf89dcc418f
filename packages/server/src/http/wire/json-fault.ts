/**
 * Where a text stops being JSON. V8 names a position for some faults and not for others,
 * and quotes the text around it, so a refused text is read again here, once.
 */

const blank = /[ \t\n\r]*/y;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const escaped = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** A sentence that says where `text`, which `JSON.parse` refused, goes wrong. */
export function describeJsonFault(text: string): string {
  const at = findFault(text);
  const before = text.slice(0, at);
  const line = before.split("\n").length;
  const column = at - before.lastIndexOf("\n");
  const found = text.codePointAt(at);
  const what =
    found === undefined
      ? "it ends too early"
      : `\`${String.fromCodePoint(found)}\` is out of place`;
  return `The body is not valid JSON: at line ${line}, column ${column} (position ${at}) ${what}.`;
}

/** The index of the first character that cannot continue a JSON text. */
function findFault(text: string): number {
  const open: string[] = [];
  let at = 0;
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const matched = pattern.test(text);
    if (matched) at = pattern.lastIndex;
    return matched;
  };
  // By hand: a pattern that repeats an alternative runs out of stack on megabytes of text.
  const skipString = (): boolean => {
    if (text[at] !== '"') return false;
    at++;
    while (text[at] !== '"') {
      if (text[at] === "\\") {
        if (!skip(escaped)) return false;
      } else if (text.charCodeAt(at) >= 0x20) {
        at++;
      } else {
        // A control character, or the end of the text.
        return false;
      }
    }
    at++;
    return true;
  };
  const skipKey = (): boolean => {
    skip(blank);
    if (!skipString()) return false;
    skip(blank);
    if (text[at] !== ":") return false;
    at++;
    return true;
  };

  for (;;) {
    // A value is expected here.
    skip(blank);
    const start = text[at];
    if (start === "{" || start === "[") {
      at++;
      skip(blank);
      const close = start === "{" ? "}" : "]";
      if (text[at] !== close) {
        open.push(close);
        if (close === "}" && !skipKey()) return at;
        continue;
      }
      at++;
    } else if (start === '"' ? !skipString() : !skip(scalar)) {
      return at;
    }
    // A value has ended: close what ends with it, or go on to the next.
    for (;;) {
      skip(blank);
      const close = open.at(-1);
      if (close === undefined || (text[at] !== close && text[at] !== ",")) return at;
      at++;
      if (text[at - 1] === ",") {
        if (close === "}" && !skipKey()) return at;
        break;
      }
      open.pop();
    }
  }
}
