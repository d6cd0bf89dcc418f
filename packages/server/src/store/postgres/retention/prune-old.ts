import type { Input, Output } from "../../protocol.ts";
import type { RetentionPass } from "../../retention-operations.ts";
import { expireHeld, type HeldPlace, heldStart } from "../deliveries/expire-held.ts";
import type { NodeState } from "../node-state.ts";
import { type AlertPlace, alertsStart, pruneAlerts } from "./prune-alerts.ts";
import { pruneRest, type RestPlace, restStart } from "./prune-rest.ts";
import { pruneWeeks, type WeekPlace, weeksStart } from "./prune-weeks.ts";
import type { Tally } from "./tally.ts";

/** Where a pass is, in this order. */
type Place = HeldPlace | WeekPlace | AlertPlace | RestPlace;

/** A node that has done a pass keeps the others from one for so long, and while it does it from step to step. */
const restS = 1_800;
const stepS = 60;

/** One step of a pass; see `retention-operations.ts`. */
export async function pruneOld(
  state: NodeState,
  input: Input<"pruneOld">,
): Promise<Output<"pruneOld">> {
  const place = input.after === null ? heldStart : (JSON.parse(input.after) as Place);
  const tally: Tally = { prunedCount: 0, expiredCount: 0 };
  const isAllowed = place.part === "held" || (await holdPass(state, stepS));
  const next = isAllowed ? await takeStep(state, place, input, tally) : null;
  if (isAllowed && next === null) await holdPass(state, restS);
  return { next: next === null ? null : JSON.stringify(next), ...tally };
}

async function takeStep(
  state: NodeState,
  place: Place,
  pass: RetentionPass,
  tally: Tally,
): Promise<Place | null> {
  switch (place.part) {
    case "held":
      return (await expireHeld(state, place, pass, tally)) ?? weeksStart;
    case "weeks":
      return (await pruneWeeks(state, place, pass, tally)) ?? alertsStart;
    case "alerts":
      return (await pruneAlerts(state, place, pass, tally)) ?? restStart;
    default:
      return pruneRest(state, place, pass);
  }
}

/** @returns whether this node may go on: it has the pass, or nobody has. */
async function holdPass({ db, id }: NodeState, seconds: number): Promise<boolean> {
  const held = await db.run(
    `UPDATE retention_pass SET node_id = $1::uuid,
       held_until = clock_timestamp() + make_interval(secs => $2)
     WHERE no = (SELECT no FROM retention_pass
       WHERE node_id = $1::uuid OR held_until < clock_timestamp() FOR UPDATE SKIP LOCKED)`,
    id,
    seconds,
  );
  return held === 1;
}
