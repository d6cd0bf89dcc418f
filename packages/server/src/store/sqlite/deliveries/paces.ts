import type { Input, Output } from "../../protocol.ts";

/** One process has the database to itself: whatever its engine lets go may go. */
export function reserveTurns(
  _db: unknown,
  { paces }: Input<"reserveTurns">,
): Output<"reserveTurns"> {
  return paces.map(() => 0);
}

/** Its engine keeps in mind until when. */
export function holdPace(): Output<"holdPace"> {
  return null;
}
