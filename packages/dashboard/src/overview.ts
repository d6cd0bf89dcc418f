import type { Answer } from "@event-sinks/client";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { client, useCall } from "./api.ts";

type Answered = Answer<"GET /v1/overview">;
export type Overview = Answered["overview"];
export type Window = Overview["window"];
export type OverviewSink = Overview["event_sinks"][number];

const pollMs = 10_000;

/**
 * How things go, kept up to date: the service tells it while the page is looked at. Where no stream
 * can be had, e.g. through a proxy that keeps answers back, it is asked for again.
 */
export function useOverview(tenant: string, window: Window) {
  const queries = useQueryClient();
  const isVisible = useVisible();
  const [isLive, setLive] = useState(false);
  const query = { tenant_id: tenant, window };
  const refreshMs = isLive || !isVisible ? undefined : pollMs;
  const asked = useCall(
    "GET /v1/overview",
    { query },
    refreshMs === undefined ? {} : { refreshMs },
  );
  useEffect(() => {
    if (!isVisible) return;
    const input = { query: { tenant_id: tenant, window } };
    const stream = new EventSource(client.urlOf("GET /v1/overview/stream", input));
    stream.addEventListener("overview", ({ data }: MessageEvent<string>) => {
      setLive(true);
      queries.setQueryData<Answered>(["GET /v1/overview", input], JSON.parse(data));
    });
    stream.addEventListener("error", () => setLive(false));
    return () => {
      stream.close();
      setLive(false);
    };
  }, [queries, tenant, window, isVisible]);
  return { asked, isLive };
}

/** False while the page is in the background. */
function useVisible(): boolean {
  const [isVisible, setVisible] = useState(!document.hidden);
  useEffect(() => {
    const look = () => setVisible(!document.hidden);
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  return isVisible;
}
