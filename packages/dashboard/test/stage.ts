/**
 * What tests of the dashboard play on: one service with a stand-in for every platform, and one
 * browser. Each test has a tenant and windows of its own, so they share both and meet nowhere.
 */

import assert from "node:assert/strict";
import { defaultSlackToken } from "@event-sinks/simulators";
import type { BrowserContextOptions, Page } from "playwright-core";
import { startPlatforms } from "../../server/test/support/start-platforms.ts";
import { freshDirectory, startService } from "../../server/test/support/start-service.ts";
import { launchBrowser } from "./browser.ts";

export interface Cleanup {
  after(run: () => Promise<unknown>): void;
}

export type Stage = Awaited<ReturnType<typeof openStage>>;

/** Starts service, stand-ins and browser; `close` ends them, and fails if the service does not end well. */
export async function openStage(env: Readonly<Record<string, string>> = {}) {
  const cleanups: (() => Promise<unknown>)[] = [];
  const scope = { after: (run: () => Promise<unknown>) => void cleanups.unshift(run) };
  const platforms = await startPlatforms(scope);
  const directory = await freshDirectory(scope);
  const service = await startService(scope, directory, {
    EVENT_SINKS_SLACK_API_URL: platforms.slack.url,
    EVENT_SINKS_SLACK_BOT_TOKEN: defaultSlackToken,
    EVENT_SINKS_PAGERDUTY_URL: platforms.pagerduty.url,
    EVENT_SINKS_SMTP_URL: `smtp://127.0.0.1:${platforms.smtp.port}`,
    EVENT_SINKS_MAIL_FROM: "Event Sinks <alerts@example.com>",
    ...env,
  });
  const browser = await launchBrowser(scope);

  /** A call that must succeed, with the operator's key. */
  async function call(method: string, path: string, body?: unknown) {
    const answer = await service.call(method, path, body);
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.json;
  }

  return {
    service,
    platforms,
    call,
    /** A window; whoever does not say as whom is signed in as the operator, null as nobody. */
    async open(t: Cleanup, options: BrowserContextOptions & { readonly key?: string | null } = {}) {
      const { key = service.operatorKey, ...look } = options;
      const context = await browser.newContext({ baseURL: service.url, ...look });
      if (key !== null) {
        const headers = { "x-event-sinks-csrf": "1" };
        const answer = await context.request.post("/v1/session", {
          data: { api_key: key },
          headers,
        });
        assert.equal(answer.status(), 200, await answer.text());
      }
      const page = await context.newPage();
      const faults = watchForFaults(page, service.url);
      t.after(async () => {
        await context.close();
        assert.deepEqual(faults, []);
      });
      return page;
    },
    /** A tenant with nothing in it. */
    async makeTenant(tenantId: string): Promise<string> {
      await call("POST", "/v1/tenant", { tenant_id: tenantId });
      return tenantId;
    },
    /** A sink of the tenant; by default a webhook that takes everything. */
    async makeSink(tenantId: string, name: string, args?: object) {
      const { event_sink } = await call("POST", "/v1/event_sink", {
        ...{ tenant_id: tenantId, name, description: "" },
        event_sink_args: args ?? { Webhook: { url: platforms.webhook.url } },
      });
      return event_sink as { readonly id: string; readonly name: string };
    },
    async close() {
      await service.stop();
      for (const cleanup of cleanups) await cleanup();
    },
  };
}

/** What no page may do, whatever a test is about: throw, break its policy, or call somebody else. */
function watchForFaults(page: Page, origin: string): string[] {
  const faults: string[] = [];
  page.on("pageerror", ({ message }) => faults.push(message));
  page.on("console", (line) => {
    if (/content security policy/i.test(line.text())) faults.push(line.text());
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith("data:")) faults.push(`asks ${url}`);
  });
  return faults;
}
