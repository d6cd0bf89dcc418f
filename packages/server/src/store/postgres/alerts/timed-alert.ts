import type { NewAlert } from "../../store.ts";

/** An alert to be stored, and when. */
export interface TimedAlert {
  readonly given: NewAlert;
  readonly now: number;
}

/** An alert with the number of its tenant. */
export interface NumberedAlert extends TimedAlert {
  readonly tenantNo: number;
}
