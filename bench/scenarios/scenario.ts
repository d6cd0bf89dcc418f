import type { Contender } from "../contenders/contender.ts";
import type { Lab } from "../load/lab.ts";

/** One measured run; what it holds beside the names depends on the scenario. */
export interface Line {
  readonly scenario: string;
  readonly contender: string;
  readonly round: number;
  /** Why the run does not count; null when it does. */
  readonly isVoid: string | null;
  readonly [figure: string]: unknown;
}

export interface RoundContext {
  readonly lab: Lab;
  readonly round: number;
  readonly contender: Contender;
  /** An empty folder, removed after the run. */
  readonly directory: string;
  /** Short runs, for development. */
  readonly isQuick: boolean;
}

export interface Scenario {
  readonly name: string;
  readonly about: string;
  /** Takes long or much disk: runs only when it is named. */
  readonly isOptional?: boolean;
  /** Contenders by default. */
  readonly contenders: readonly string[];
  readonly run: (context: RoundContext) => Promise<Line>;
}
