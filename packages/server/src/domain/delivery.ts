/**
 * The stored states of a delivery. `held` is what a pending delivery of a paused or
 * broken sink is called on the wire; it is derived from the sink and never stored.
 */
export const deliveryStates = ["pending", "delivered", "failed", "superseded", "canceled"] as const;

export type DeliveryState = (typeof deliveryStates)[number];

/** The states as they are shown and searched for. */
export const shownStates = [...deliveryStates, "held"] as const;

export type ShownState = (typeof shownStates)[number];

export function shownState(delivery: { state: DeliveryState; isHeld: boolean }): ShownState {
  return delivery.isHeld ? "held" : delivery.state;
}

/** What an alert asks of a sink. */
export const alertActions = ["trigger", "acknowledge", "resolve"] as const;

export type AlertAction = (typeof alertActions)[number];

/** What order depends on: one unfinished delivery of a (sink, dedup_key), oldest first. */
export interface Unfinished {
  readonly action: AlertAction;
}

/**
 * Whether a delivery has to wait for earlier unfinished ones of its (sink, dedup_key):
 * triggers never wait for triggers; acknowledge and resolve wait for everything
 * earlier; a trigger waits only for an earlier acknowledge or resolve.
 */
export function mustWait(action: AlertAction, earlier: readonly Unfinished[]): boolean {
  if (action !== "trigger") return earlier.length > 0;
  return earlier.some((delivery) => delivery.action !== "trigger");
}
