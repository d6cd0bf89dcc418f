import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startProgram, stopProcess } from "../load/child.ts";
import type { Contender } from "./contender.ts";
import { freePort, waitForPort } from "./ports.ts";

const program = "prometheus-alertmanager";

/** Prometheus Alertmanager, told to notify of each alert at once (it would else wait to group). */
export const alertmanager: Contender = {
  name: "alertmanager",
  missing: () =>
    spawnSync(program, ["--version"]).status === 0
      ? null
      : "it is not installed (Debian package `prometheus-alertmanager`)",
  start: async ({ directory, sinkUrls }) => {
    const file = join(directory, "alertmanager.json");
    writeFileSync(file, JSON.stringify(configFor(sinkUrls)));
    const port = await freePort();
    const server = startProgram(program, [
      `--config.file=${file}`,
      `--storage.path=${join(directory, "alertmanager")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--cluster.listen-address=",
      "--log.level=error",
    ]);
    await waitForPort(port);
    return {
      target: {
        host: "127.0.0.1",
        port,
        path: "/api/v2/alerts",
        headers: { "content-type": "application/json" },
      },
      sinkIds: sinkUrls.map((_, index) => `sink-${index}`),
      tenantId: "bench",
      pids: [server.pid],
      toBody,
      stop: () => stopProcess(server),
    };
  },
};

/** JSON is YAML. Each sink that an alert names has a label of its own. */
function configFor(sinkUrls: readonly string[]): object {
  return {
    route: {
      receiver: "none",
      group_by: ["..."],
      group_wait: "0s",
      group_interval: "1h",
      repeat_interval: "4h",
      routes: sinkUrls.map((_, index) => ({
        receiver: `sink-${index}`,
        matchers: [`sink_${index} = "1"`],
        continue: true,
      })),
    },
    receivers: [
      { name: "none" },
      ...sinkUrls.map((url, index) => ({
        name: `sink-${index}`,
        webhook_configs: [{ url, send_resolved: false }],
      })),
    ],
  };
}

/** Name and id are labels, the rest one annotation, so that as many bytes go through. */
function toBody(alert: object): string {
  const {
    id,
    name,
    event_sink_ids: sinkIds,
    ...rest
  } = alert as {
    id: string;
    name: string;
    event_sink_ids: readonly string[];
  };
  const sinks = Object.fromEntries(sinkIds.map((sink) => [sink.replace("-", "_"), "1"]));
  const labels = { alertname: name, id, ...sinks };
  return JSON.stringify([{ labels, annotations: { alert: JSON.stringify(rest) } }]);
}
