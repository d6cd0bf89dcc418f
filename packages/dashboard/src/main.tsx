/**
 * The dashboard: what arrived, what went out, and what to do where something does not.
 *
 * It is a client of the public API like any other (`api.ts`), signed in by a session cookie that
 * no script can read. Everything that a page shows is in its address: the tenant, filters and
 * what is open, so that a link shows somebody else the same. Forms of sinks are drawn from
 * the API's own description (`sink-fields.ts`), so that a new sink type needs no line here.
 */

import "@mantine/core/styles.css";
import "./dashboard.css";
import { MantineProvider } from "@mantine/core";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { isRefused } from "./api.ts";
import { router } from "./router.tsx";
import { theme } from "./theme.ts";

/** A session may end while a page is open: asked anew, it shows the way to sign in, and then the page again. */
function onError(error: unknown) {
  if (!isRefused(error) || error.status !== 401) return;
  const session = queryClient.getQueryState(["GET /v1/session", {}]);
  if (session?.status !== "success") return;
  void queryClient.invalidateQueries({ queryKey: ["GET /v1/session"] });
}

const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    mutations: { networkMode: "always" },
    queries: {
      // Else a page without network would wait, and say nothing.
      networkMode: "always",
      // A refusal stays one; the client itself has tried again what there was no room for.
      retry: (count, error) => count < 2 && !isRefused(error),
      refetchOnWindowFocus: true,
      staleTime: 2_000,
    },
  },
});

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no root");
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
