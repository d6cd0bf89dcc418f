import { Button, Group, Stack, Text } from "@mantine/core";
import { useChange } from "../api.ts";
import { AttemptView } from "./attempts.tsx";
import { Failure } from "./notices.tsx";

/** Sends a real test alert, and shows the attempt as it was. */
export function TestSink({ id }: { readonly id: string }) {
  const test = useChange("POST /v1/event_sink/{id}/test");
  return (
    <Stack>
      <Group>
        <Button loading={test.isPending} onClick={() => test.mutate({ path: { id } })}>
          Send a test
        </Button>
        <Text c="dimmed">A real alert goes out now, through the same steps as any other.</Text>
      </Group>
      {test.isError ? <Failure error={test.error} /> : null}
      {test.data === undefined ? null : (
        <div role="status" key={test.submittedAt}>
          <AttemptView attempt={test.data.attempt} isOpen />
        </div>
      )}
    </Stack>
  );
}
