import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import chromium from "@sparticuz/chromium";
import { type Browser, type Page, chromium as playwright } from "playwright-core";
import { eventually } from "../../server/test/support/start-service.ts";

/** A real browser out of an npm package, closed when the test ends. */
export async function launchBrowser(t: {
  after(run: () => Promise<unknown>): void;
}): Promise<Browser> {
  const browser = await playwright.launch({
    executablePath: await chromium.executablePath(),
    // Not the package's own: they are for clouds, put all into one process, and turn web security off.
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    headless: true,
  });
  t.after(() => browser.close());
  return browser;
}

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8",
);

/** What axe finds on a page that is serious or worse: rule and place. */
export async function seriousFaults(page: Page): Promise<string[]> {
  // By the debugger, not as a script of the page: its policy would refuse that.
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axeSource);
  await eventually(() => page.evaluate("document.getAnimations().length === 0"), "all rests");
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
