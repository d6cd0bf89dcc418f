import { Code } from "@mantine/core";

/** A sentence of the API, in which names stand between backticks. */
export function Sentence({ text }: { readonly text: string }) {
  // Every second piece stood between two.
  const pieces = text.split(/`([^`]+)`/);
  return pieces.map((piece, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one sentence keep their order
    index % 2 === 1 ? <Code key={index}>{piece}</Code> : piece,
  );
}
