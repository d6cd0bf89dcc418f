import { Stack } from "@mantine/core";
import { useCall } from "../api.ts";
import { Panel } from "./panel.tsx";
import { ReplayProgress } from "./replay-progress.tsx";

/** Replays under way, whoever began them: nothing where there are none. */
export function RunningReplays({ tenant }: { readonly tenant: string }) {
  const query = { tenant_id: tenant, "pagination[page_size]": 20 };
  const asked = useCall("GET /v1/delivery/replay", { query }, { refreshMs: 5_000 });
  const running = asked.data?.data.replays.filter(({ state }) => state === "running") ?? [];
  if (running.length === 0) return null;
  return (
    <Panel title="Replays under way">
      <Stack>
        {running.map(({ id }) => (id === null ? null : <ReplayProgress key={id} id={id} />))}
      </Stack>
    </Panel>
  );
}
