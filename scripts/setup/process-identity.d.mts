/** For the tests; the module itself is plain JavaScript, since it runs on any Node. */
export const place: string;
export function isGroupRunning(groupId: number): boolean;
