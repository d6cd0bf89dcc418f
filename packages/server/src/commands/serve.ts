import { enableCompileCache } from "node:module";
import type { App } from "../app.ts";
import { readConfig } from "../config.ts";
import { boundOldGarbage } from "../thread-memory.ts";
import { version } from "../version.ts";
import { type Command, describeError, refuseSettings } from "./command.ts";

export const serveCommand: Command = {
  name: "serve",
  summary: "run the service (also without any word)",
  words: [],
  flags: {},
  help:
    "SIGTERM and SIGINT stop it in order: what is under way is finished or handed back, and it ends with\n" +
    "code 0. A second one ends it at once; nothing accepted is lost by that either.",
  async run({ environment, warn }) {
    const settings = readConfig(environment);
    if (!settings.ok) return refuseSettings(settings.problems, warn);
    // Before the parts are loaded, so that they are compiled once and not at each start.
    enableCompileCache();
    boundOldGarbage();
    // Alerts are in the database's files: they are for this user's eyes only.
    process.umask(0o077);
    const { startApp } = await import("../app.ts");
    // From the first moment on: a stop that is asked for while it starts is a clean one too.
    const isStopAsked = firstSignal();
    const crash = Promise.withResolvers<Error>();
    let app: App;
    try {
      app = await startApp(settings.config, crash.resolve);
    } catch (error) {
      warn(`Event Sinks cannot start. ${describeError(error)}\n`);
      return 1;
    }
    if (app.renewCertificates !== null) process.on("SIGHUP", app.renewCertificates);
    greet(app, warn);
    const crashed = await Promise.race([isStopAsked, crash.promise]);
    if (crashed !== null) {
      warn(`Event Sinks has to stop: ${crashed.message}\n`);
      return 1;
    }
    try {
      await app.stop();
      return 0;
    } catch (error) {
      warn(`Event Sinks did not stop cleanly. ${describeError(error)}\n`);
      return 1;
    }
  },
};

/** Resolves at the first signal to stop; the second ends the process at once. */
function firstSignal(): Promise<null> {
  return new Promise((resolve) => {
    let isStopping = false;
    const onSignal = () => {
      if (isStopping) process.exit(1);
      isStopping = true;
      resolve(null);
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
  });
}

/** On a terminal, people get the key; anywhere else output is a log, which must not hold it. */
function greet({ url, operatorKey }: App, warn: (text: string) => void): void {
  if (!process.stderr.isTTY) return;
  const { key, path } = operatorKey;
  const kept = path === null ? "from EVENT_SINKS_API_KEY" : `kept in ${path}`;
  warn(
    `\n  Event Sinks ${version} listens on ${url}\n` +
      `  Operator key   ${path === null ? "<secret>" : key.reveal()}   (${kept})\n` +
      `  API            ${url}/openapi.json\n` +
      "  Stop           Ctrl-C\n\n",
  );
}
