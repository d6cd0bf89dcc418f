import { styleText } from "node:util";

/** Lines for a person at a terminal; plain text when it is none. */
export const print = {
  title(text: string): void {
    console.log(`\n${styleText("bold", text)}`);
  },
  step(text: string): void {
    console.log(`\n${styleText("cyan", text)}`);
  },
  line(text: string): void {
    console.log(text === "" ? "" : `  ${text}`);
  },
  /** A platform's name, and what it got beneath, set off by a bar. */
  platform(name: string, note: string): void {
    console.log(`\n  ${styleText("bold", name)}  ${styleText("dim", note)}`);
  },
  quoted(text: string): void {
    for (const line of text.split("\n")) console.log(`  ${styleText("dim", "│")} ${line}`);
  },
};
