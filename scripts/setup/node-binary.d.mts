/** For the tests; the module itself is plain JavaScript, since it runs on any Node. */
export const nodeBinaries: Readonly<Record<string, string>>;
export function nodeBinaryProblem(root: string): string | null;
