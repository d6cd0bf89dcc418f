/**
 * What a stranger does: clone, `npm start`. Here three times at the same moment in one fresh
 * copy, each with a port and a database of its own. It installs for real, so it takes a while.
 */

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { freshDirectory } from "../support/start-service.ts";

const root = join(import.meta.dirname, "../../../..");

/** The files git knows or would take, as a clone has them. */
function copyCheckout(to: string): void {
  const names = execFileSync(
    "git",
    ["ls-files", "--cached", "--others", "--exclude-standard", "-z"],
    { cwd: root, encoding: "utf8" },
  );
  for (const name of names.split("\0").filter((name) => name !== "")) {
    mkdirSync(dirname(join(to, name)), { recursive: true });
    cpSync(join(root, name), join(to, name));
  }
}

/** Without this run's own `node_modules/.bin`, so that the machine's Node starts it. */
function strangersPath(): string {
  const path = process.env["PATH"] ?? "";
  return path
    .split(":")
    .filter((part) => !part.includes("node_modules"))
    .join(":");
}

test("three npm start at the same moment on a fresh clone all come up", async (t) => {
  const clone = await freshDirectory(t);
  copyCheckout(clone);
  const starts = [1, 2, 3].map((number) => {
    const child = spawn("npm", ["start"], {
      cwd: clone,
      detached: true,
      env: {
        HOME: process.env["HOME"],
        PATH: strangersPath(),
        EVENT_SINKS_LISTEN: "127.0.0.1:0",
        EVENT_SINKS_DATABASE_URL: `sqlite:./data-${number}/event-sinks.db`,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    t.after(async () => {
      if (child.pid === undefined || child.exitCode !== null) return;
      const exited = once(child, "exit");
      process.kill(-child.pid, "SIGTERM");
      await exited;
    });
    return child;
  });

  const urls = await Promise.all(
    starts.map(
      (child) =>
        new Promise<string>((resolve, reject) => {
          let printed = "";
          const keep = (line: string) => {
            printed += `${line}\n`;
            if (line.includes('"service.listening"')) resolve(JSON.parse(line).url);
          };
          createInterface({ input: child.stdout }).on("line", keep);
          createInterface({ input: child.stderr }).on("line", keep);
          child.once("exit", (code) => reject(new Error(`ended with ${code}:\n${printed}`)));
        }),
    ),
  );
  for (const url of urls) {
    const answer = await fetch(`${url}/readyz`);
    assert.equal(answer.status, 200);
    await answer.text();
  }
});
