/**
 * Pictures of every page of the dashboard, light, dark and narrow, on a service with stand-ins for
 * the platforms: `docs/screenshots/`. Written anew by hand when pages change.
 */

import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { startBelievableService } from "../packages/dashboard/test/believable-service.ts";
import { launchBrowser } from "../packages/dashboard/test/browser.ts";
import {
  freshDirectory,
  type RunningService,
  startService,
} from "../packages/server/test/support/start-service.ts";

const folder = fileURLToPath(new URL("../docs/screenshots/", import.meta.url));
mkdirSync(folder, { recursive: true });

const cleanups: (() => Promise<unknown>)[] = [];
const scope = { after: (run: () => Promise<unknown>) => void cleanups.push(run) };

async function signIn(page: Page, { operatorKey }: RunningService): Promise<void> {
  await page.getByLabel("API key").fill(operatorKey);
  await page.getByRole("button", { name: "Sign in" }).click();
}

const looks = [
  { look: "light", colorScheme: "light", viewport: { width: 1200, height: 800 } },
  { look: "dark", colorScheme: "dark", viewport: { width: 1200, height: 800 } },
  { look: "narrow", colorScheme: "light", viewport: { width: 390, height: 800 } },
] as const;

try {
  const { service, tenantId } = await startBelievableService(scope);
  const ask = async (path: string) => (await service.call("GET", path)).json.data;
  const [sink] = (await ask(`/v1/event_sink?tenant_id=${tenantId}`)).event_sinks;
  const { alerts } = await ask(`/v1/alert?tenant_id=${tenantId}&severity=High`);
  const { deliveries } = await ask(`/v1/delivery?tenant_id=${tenantId}&state=delivered`);
  const pages = {
    overview: "",
    sinks: "sinks",
    "new-sink": "sinks/new",
    sink: `sinks/${sink.id}`,
    alerts: "alerts",
    alert: `alerts/${alerts.at(-1).uid}`,
    deliveries: "deliveries",
    delivery: `deliveries/${deliveries[0].id}`,
    slack: "slack",
    keys: "keys",
    audit: "audit",
    settings: "settings",
  };
  const empty = await startService(scope, await freshDirectory(scope));
  const browser = await launchBrowser(scope);
  for (const { look, ...options } of looks) {
    const page = await (await browser.newContext(options)).newPage();
    await page.goto(empty.url);
    await signIn(page, empty);
    await page.getByRole("heading", { level: 1, name: "Three steps" }).waitFor();
    await page.getByRole("textbox", { name: "URL" }).waitFor();
    await page.screenshot({ path: `${folder}first-steps-${look}.png` });
    await page.goto(service.url);
    await page.getByLabel("API key").waitFor();
    await page.screenshot({ path: `${folder}sign-in-${look}.png` });
    await signIn(page, service);
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(`${service.url}/${path}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForLoadState("networkidle");
      await page.screenshot({ path: `${folder}${name}-${look}.png` });
    }
  }
  await service.stop();
  await empty.stop();
} finally {
  for (const cleanup of cleanups.reverse()) await cleanup();
}
