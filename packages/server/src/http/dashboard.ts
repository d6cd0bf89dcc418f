/**
 * The dashboard's files, at `/`.
 *
 * They are built from `packages/dashboard`, a client of the public API like any other; the
 * server knows of it only where the files are. Every page is the same document, whose script reads
 * the address, so the addresses of pages are listed here: what is not listed stays the API's to
 * answer. Names of assets hold a hash of their content, so browsers may keep them for good.
 */

import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { App, HttpContext } from "./context.ts";
import { pageHeaders } from "./gate/security-headers.ts";

const folder = fileURLToPath(new URL("../../../dashboard/dist/", import.meta.url));

const pages = ["sinks", "alerts", "deliveries", "slack", "keys", "audit", "settings"];

const hidden = { schema: { hide: true } } as const;

/** Serves the dashboard; without its files the service is the API alone, and says so in its log. */
export async function dashboardRoutes(app: App, { isHttps, log }: HttpContext): Promise<void> {
  if (!existsSync(`${folder}index.html`)) {
    log.warn({ folder }, "dashboard.not_built");
    return;
  }
  // Mantine writes its variables into a <style> of its own; scripts come from files only.
  const headers = pageHeaders(isHttps, null);
  await app.register(fastifyStatic, {
    root: folder,
    // It would make two routes for each of 139 files: 8 MB, and a tenth of a start.
    serve: false,
    cacheControl: false,
    preCompressed: true,
    setHeaders(reply, path) {
      const isAsset = path.includes("/assets/");
      for (const [name, value] of Object.entries(headers)) reply.header(name, value);
      reply.header("cache-control", isAsset ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
  const paths = ["/", ...pages.flatMap((page) => [`/${page}`, `/${page}/*`])];
  for (const path of paths) app.get(path, hidden, (_, reply) => reply.sendFile("index.html"));
  const assets = new Set(readdirSync(`${folder}assets`));
  app.get<{ Params: { "*": string } }>("/assets/*", hidden, ({ params }, reply) => {
    const name = params["*"];
    // By the list and not by the path: what was not built there is not looked for.
    return assets.has(name) ? reply.sendFile(`assets/${name}`) : reply.callNotFound();
  });
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isFile() && !/\.(br|gz)$/.test(entry.name))
      app.get(`/${entry.name}`, hidden, (_, reply) => reply.sendFile(entry.name));
  }
}
