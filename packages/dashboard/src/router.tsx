import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { PagePath } from "./page-paths.ts";
import { NotFound } from "./parts/notices.tsx";
import { type Search, searchNames } from "./search.ts";
import { Shell } from "./shell.tsx";

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  validateSearch: (given: Record<string, unknown>): Search =>
    Object.fromEntries(
      searchNames.flatMap((name) => {
        const value = given[name];
        return value === undefined || value === "" ? [] : [[name, String(value)]];
      }),
    ),
});

function page<const Path extends PagePath>(
  path: Path,
  load: () => Promise<{ readonly default: () => ReactNode }>,
) {
  return createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load) });
}

const routeTree = root.addChildren([
  page("/", () => import("./pages/overview.tsx")),
  page("/sinks", () => import("./pages/sinks.tsx")),
  page("/sinks/new", () => import("./pages/new-sink.tsx")),
  page("/sinks/$id", () => import("./pages/sink.tsx")),
  page("/alerts", () => import("./pages/alerts.tsx")),
  page("/alerts/$uid", () => import("./pages/alert.tsx")),
  page("/deliveries", () => import("./pages/deliveries.tsx")),
  page("/deliveries/$id", () => import("./pages/delivery.tsx")),
  page("/slack", () => import("./pages/slack.tsx")),
  page("/keys", () => import("./pages/keys.tsx")),
  page("/audit", () => import("./pages/audit.tsx")),
  page("/settings", () => import("./pages/settings.tsx")),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: "intent",
  scrollRestoration: true,
  // Filters read better as they are than as JSON.
  stringifySearch: (search) => {
    const kept = Object.entries(search).filter(([, value]) => value !== undefined && value !== "");
    if (kept.length === 0) return "";
    return `?${new URLSearchParams(kept.map(([name, value]) => [name, String(value)]))}`;
  },
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
