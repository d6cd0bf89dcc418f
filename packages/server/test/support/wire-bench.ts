import { createServer, type IncomingMessage } from "node:http";
import { systemClock } from "../../src/clock.ts";
import { readDeliveryOptions } from "../../src/domain/delivery-options.ts";
import { healthySince } from "../../src/domain/sink-health.ts";
import type { AttemptDeps, AttemptFindings } from "../../src/engine/attempt.ts";
import { makeAttempt } from "../../src/engine/attempt.ts";
import type { ReadySink } from "../../src/engine/sending-sinks.ts";
import { createLog } from "../../src/log.ts";
import { createOutbound } from "../../src/outbound/create-outbound.ts";
import { createMailer } from "../../src/outbound/mailer.ts";
import { Secret } from "../../src/secret.ts";
import type { SinkType } from "../../src/sinks/sink-type.ts";
import { sampleAlert } from "./sample-alerts.ts";
import type { SinkCase } from "./sink-cases.ts";
import { readSink } from "./sink-steps.ts";

export const smtpPassword = "smtp-password-of-the-operator";

/** An attempt of a sink type, through the real clients, at a server of the test's. */
export interface WireBench {
  /**
   * @param origin of the server, e.g. `http://127.0.0.1:4711`; for mail `smtp:` and `smtps:`.
   * @param timeoutMs for one request.
   */
  attempt(origin: string, timeoutMs?: number): Promise<AttemptFindings>;
  /** The sink that attempts are made for. */
  sinkAt(origin: string): ReadySink;
  /** Log lines so far. */
  readonly log: readonly string[];
  close(): Promise<void>;
}

export function openWireBench(sinkType: SinkType, sinkCase: SinkCase): WireBench {
  const outbound = createOutbound({ allowCidrs: ["127.0.0.0/8"] });
  const lines: string[] = [];
  const log = createLog({ level: "debug", destination: { write: (line) => lines.push(line) } });

  function sinkAt(origin: string): ReadySink {
    const args = sinkCase.createAt?.(origin) ?? sinkCase.create;
    const { settings, secrets } = readSink(sinkType, args);
    return {
      eventSink: {
        id: "019b7600-0000-7000-8000-000000000001",
        tenantId: "acme",
        name: "wire",
        description: "",
        type: sinkType.type,
        settings,
        sealedSecrets: null,
        savedByOperator: true,
        version: 1,
        createdAt: 0,
        updatedAt: 0,
      },
      settings,
      sinkType,
      secrets: { ...secrets, ...sinkCase.engineSecrets },
      health: healthySince(0),
      delivery: readDeliveryOptions({}),
      slackIntegration: null,
      integrationProblem: null,
    };
  }

  return {
    sinkAt,
    log: lines,
    async attempt(origin, timeoutMs = 10_000) {
      const isMail = origin.startsWith("smtp");
      const withLogin = origin.replace("://", `://operator:${smtpPassword}@`);
      const mailer = createMailer(isMail ? new Secret(withLogin) : null);
      const deps: AttemptDeps = {
        outbound,
        mailer,
        vendors: {
          slackApi: `${origin}/api/`,
          pagerduty: origin,
          mailFrom: "Event Sinks <alerts@example.com>",
        },
        clock: systemClock,
        log,
        refreshToken: async () => null,
      };
      const sink = sinkAt(origin);
      try {
        return await makeAttempt(
          {
            sink: { ...sink, sinkType: { ...sinkType, timeoutMs } },
            alert: sampleAlert("scanner-alert"),
            deliveryId: "019b7600-0000-7000-8000-00000000000a",
            memory: {},
            isResolveWaiting: false,
            earlier: [],
          },
          deps,
        );
      } finally {
        await mailer.close();
      }
    },
    close: () => outbound.close(),
  };
}

/** A server that answers with all it was sent, headers included, in body and headers. */
export async function startEcho(statusOf: () => number) {
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const said = JSON.stringify({
        error: { code: "Echo", message: request.url },
        message: body,
        errors: [JSON.stringify(request.headers)],
        url: request.url,
      });
      const echoed = Object.entries(request.headers)
        .filter(([name]) => !/^(connection|content-length|transfer-encoding|host)$/.test(name))
        .map(([name, value]) => [`x-echo-${name}`, String(value)]);
      response.writeHead(statusOf(), {
        "content-type": "application/json",
        "x-echo-url": request.url ?? "",
        ...Object.fromEntries(echoed),
      });
      response.end(said);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return body;
}
