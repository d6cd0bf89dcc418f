import { Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import { type EventSinkStatus, useCall } from "../api.ts";
import { State } from "./badges.tsx";

/** Asked for once, however many parts of the page show something of it. */
export function useSinkStatus(id: string, refreshMs: number) {
  return useCall("GET /v1/event_sink/{id}/status", { path: { id } }, { refreshMs });
}

/** One thing about how a sink is doing; as wide as a word until it is known. */
export function SinkStatus(props: {
  readonly id: string;
  readonly show: "state" | ((status: EventSinkStatus) => ReactNode);
}) {
  const { id, show } = props;
  const asked = useSinkStatus(id, 10_000);
  if (asked.isError) return "–";
  const status = asked.data?.status;
  if (status === undefined) return <Skeleton height={14} width={60} my={3} />;
  return show === "state" ? <State name={status.state} /> : show(status);
}

/** A part of a whole as people say it; null where there is no whole. */
export function share(part: number | null): string {
  if (part === null) return "–";
  // Nearly all is not all.
  const percent = Math.floor(part * 1_000) / 10;
  return `${percent.toLocaleString()} %`;
}
