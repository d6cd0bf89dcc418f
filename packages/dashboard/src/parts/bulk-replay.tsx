import { Text } from "@mantine/core";
import { ReplayButton, type ReplayFilter } from "./replay-button.tsx";

/** States whose deliveries are over, and can be sent again. */
const replayable: readonly string[] = ["failed", "canceled", "delivered"];

/** Sends again all that the page's filters find, not only what is on the screen. */
export function BulkReplay(props: { readonly tenant: string; readonly filter: ReplayFilter }) {
  const { tenant, filter } = props;
  if (filter.state === undefined || !replayable.includes(filter.state)) {
    return <Text c="dimmed">Choose a state that is over, e.g. failed, to replay in bulk.</Text>;
  }
  return (
    <ReplayButton
      size="xs"
      label={`Replay all that are ${filter.state} here…`}
      tenant={tenant}
      filter={filter}
    />
  );
}
