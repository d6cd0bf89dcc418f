import { Button } from "@mantine/core";
import { useChange } from "../api.ts";
import { useSinkStatus } from "./sink-status.tsx";

/** Holds a sink's deliveries, or lets them go again. */
export function PauseSink({ id }: { readonly id: string }) {
  const status = useSinkStatus(id, 3_000).data?.status;
  const pause = useChange("POST /v1/event_sink/{id}/pause");
  const resume = useChange("POST /v1/event_sink/{id}/resume");
  const input = { path: { id } };
  if (status?.state === "paused") {
    return (
      <Button loading={resume.isPending} onClick={() => resume.mutate(input)}>
        Resume
      </Button>
    );
  }
  return (
    <Button
      variant="default"
      disabled={status === undefined}
      loading={pause.isPending}
      onClick={() => pause.mutate(input)}
      title="Its deliveries are held, not dropped"
    >
      Pause
    </Button>
  );
}
