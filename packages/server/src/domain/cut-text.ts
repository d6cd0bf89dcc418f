/**
 * Cuts text to at most `lengthMax` UTF-16 units and ends what was cut with `…`. No
 * surrogate pair is split. Vendors count characters, some in code points; UTF-16 units
 * are never fewer, so this is on the safe side of either.
 */
export function cutText(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  if (lengthMax < 1) return "";
  return `${text.slice(0, codePointBoundary(text, lengthMax - 1))}…`;
}

/** The greatest index up to `index` that lies between two code points. */
export function codePointBoundary(text: string, index: number): number {
  const before = text.charCodeAt(index - 1);
  const isHighSurrogate = before >= 0xd800 && before <= 0xdbff;
  return isHighSurrogate ? Math.max(index - 1, 0) : index;
}
