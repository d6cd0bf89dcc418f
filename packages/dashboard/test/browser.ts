import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import chromium from "@sparticuz/chromium";
import { type BrowserContext, type Page, chromium as playwright } from "playwright-core";

/** A real browser out of an npm package, closed when the test ends. */
export async function openBrowser(
  t: { after(run: () => Promise<unknown>): void },
  options: Parameters<Awaited<ReturnType<typeof playwright.launch>>["newContext"]>[0] = {},
): Promise<BrowserContext> {
  const browser = await playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [...chromium.args, "--disable-background-networking", "--disable-component-update"],
    headless: true,
  });
  t.after(() => browser.close());
  return browser.newContext(options);
}

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8",
);

/** What axe finds on a page that is serious or worse: rule and place. */
export async function seriousFaults(page: Page): Promise<string[]> {
  // By the debugger, not as a script of the page: its policy would refuse that.
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    // biome-ignore lint/suspicious/noExplicitAny: axe brings no types for a page's own global
    const { violations } = await (globalThis as any).axe.run();
    return violations
      .filter(({ impact }: { impact: string }) => impact === "serious" || impact === "critical")
      .map(
        ({ id, nodes }: { id: string; nodes: { target: string[] }[] }) =>
          `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`,
      );
  });
}
