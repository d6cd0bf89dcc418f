/** One place that breaks a rule. */
export interface Problem {
  /** From the root of the tree, with forward slashes. */
  readonly path: string;
  readonly line: number;
  /** What is wrong and what to do instead. */
  readonly message: string;
}
