/**
 * The HTTP layer: parse, call, render.
 *
 * One file holds the routes of one resource, in a folder with what only it needs. A request
 * passes, in this order, `gate/` (who calls, and is there room: `auth.ts`, `let-in.ts`, for new
 * alerts `admission.ts`), `wire/` (JSON within limits: `body.ts`; lists: `list-body.ts`; the route's
 * TypeBox schema: `validation.ts`), and the route. Whatever goes wrong leaves through
 * `wire/error-envelope.ts`. Routes talk to the store and the engine through their contracts, by
 * messages, so nothing here waits for a disk or a platform on this thread.
 *
 * Answers are written with `stringifyJson`: in the order in which the views are built,
 * and with every digit of numbers that JavaScript cannot hold.
 */

import { parse as parseQuery } from "node:querystring";
import { fastify } from "fastify";
import { stringifyJson } from "../domain/json.ts";
import { createSlackRefresher } from "../engine/refresh-slack-token.ts";
import { newId } from "../ids.ts";
import { createAddressGuard } from "../outbound/address-guard.ts";
import { apiKeyRoutes } from "./accounts/api-keys.ts";
import { auditRoutes } from "./accounts/audit.ts";
import { sessionRoutes, signInRoute } from "./accounts/sessions.ts";
import { tenantRoutes } from "./accounts/tenants.ts";
import { createAlertIntake } from "./alerts/alert-intake.ts";
import { alertRoutes } from "./alerts/alerts.ts";
import { createIntakeMetrics } from "./alerts/intake-metrics.ts";
import { previewRoutes } from "./alerts/preview.ts";
import { createTenantSinks } from "./alerts/tenant-sinks.ts";
import type { App, HttpContext } from "./context.ts";
import { dashboardRoutes } from "./dashboard.ts";
import { deliveryRoutes } from "./deliveries/deliveries.ts";
import { deliverySummaryRoute } from "./deliveries/delivery-summary.ts";
import { replayRoutes } from "./deliveries/replays.ts";
import { eventSinkStatusRoutes } from "./event-sinks/event-sink-status.ts";
import { eventSinkRoutes } from "./event-sinks/event-sinks.ts";
import { signingSecretRoutes } from "./event-sinks/signing-secret.ts";
import { createAdmission } from "./gate/admission.ts";
import { createApiKeyUses } from "./gate/api-key-uses.ts";
import { createApiKeyCache, createAuthenticate, createSessionCache } from "./gate/auth.ts";
import { connectionTimeouts, limitConnections } from "./gate/connections.ts";
import { createPressure } from "./gate/pressure.ts";
import { createRateLimiter } from "./gate/rate-limiter.ts";
import { apiHeaders } from "./gate/security-headers.ts";
import { tlsOptions } from "./gate/tls.ts";
import { createWrongKeys } from "./gate/wrong-keys.ts";
import { healthRoutes } from "./health.ts";
import type { HttpDeps } from "./http-deps.ts";
import { measureRequests, metricsRoute } from "./metrics.ts";
import { noteRoutes, openapiRoute } from "./openapi.ts";
import { overviewRoutes } from "./overview/overview.ts";
import { declareScopes } from "./route-scopes.ts";
import { createChannelBooks } from "./slack/slack-channel-book.ts";
import { slackChannelRoutes } from "./slack/slack-channels.ts";
import { slackCallbackRoute, slackInstallRoute } from "./slack/slack-installs.ts";
import { slackIntegrationRoutes } from "./slack/slack-integrations.ts";
import { managementBytesMax, readJsonBodies } from "./wire/body.ts";
import { answerClientError, createSendError, handleErrors } from "./wire/error-envelope.ts";
import { readListBody } from "./wire/list-body.ts";
import { validatorCompiler } from "./wire/validation.ts";

const pathParamCharsMax = 256;

/** Instead of Fastify's own, which are not even loaded then. Their types know only those. */
const compilersFactory: object = {
  buildValidator: () => validatorCompiler,
  buildSerializer: () => () => stringifyJson,
};

/** Makes the server; it listens when told. Closing it waits for the requests under way. */
export async function createHttpServer(deps: HttpDeps): Promise<App> {
  const sendError = createSendError(deps.log);
  const { tls } = deps.settings;
  const app = fastify({
    bodyLimit: managementBytesMax,
    ...connectionTimeouts,
    // Its type would otherwise be that of an HTTPS server throughout, which differs in name only.
    ...(tls === null ? {} : { https: { ...tlsOptions(tls), ...connectionTimeouts.http } }),
    schemaController: { compilersFactory },
    // Requests on open connections are served to the end; Fastify's own 503 has another form.
    return503OnClosing: false,
    genReqId: createRequestIds(),
    clientErrorHandler: answerClientError,
    frameworkErrors: sendError,
    routerOptions: {
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      maxParamLength: pathParamCharsMax,
      querystringParser: (text: string) => (text === "" ? {} : { ...parseQuery(text) }),
    },
  }) as App;
  const { vendors, slackApp } = deps.settings;
  const slackRefresher = createSlackRefresher({ ...deps, vendors, slackApp });
  const intakeMetrics = createIntakeMetrics(deps.metrics);
  const pressure = createPressure(deps.settings.admission, deps.log);
  const context: HttpContext = {
    ...deps,
    slackRefresher,
    guards: {
      public: createAddressGuard([]),
      operator: createAddressGuard(deps.settings.allowCidrs, deps.settings.allowHosts),
    },
    channelBooks: createChannelBooks({ ...deps, slackRefresher }),
    intake: createAlertIntake(deps.store, deps.clock),
    tenantSinks: createTenantSinks(deps.store, deps.clock),
    apiKeys: createApiKeyCache(deps.store, deps.clock),
    apiKeyUses: createApiKeyUses(deps),
    wrongKeys: createWrongKeys(deps.clock),
    sessions: createSessionCache(deps.store, deps.clock),
    isHttps: tls !== null || deps.settings.publicUrl?.startsWith("https:") === true,
    intakeMetrics,
    rateLimiter: createRateLimiter({ clock: deps.clock, metrics: intakeMetrics }),
    admission: createAdmission(deps.settings.admission, {
      clock: deps.clock,
      metrics: intakeMetrics,
      pressure,
    }),
  };

  handleErrors(app, sendError);
  readJsonBodies(app);
  measureRequests(app, context);
  addHeaders(app, context);
  const refuseSurplus = limitConnections(app, deps.settings.connectionsMax);
  const described = noteRoutes(app);
  await app.register(async (v1: App) => {
    declareScopes(v1);
    v1.addHook("onRequest", (request, _reply, done) => {
      refuseSurplus(request.socket);
      done();
    });
    v1.addHook("onRequest", createAuthenticate(context));
    v1.addHook("onClose", () => context.apiKeyUses.flush());
    v1.addHook("onRoute", (route) => {
      if (route.config?.isList === true) route.preValidation = readListBody;
    });
    for (const routes of [
      eventSinkRoutes,
      eventSinkStatusRoutes,
      signingSecretRoutes,
      alertRoutes,
      previewRoutes,
      deliveryRoutes,
      deliverySummaryRoute,
      replayRoutes,
      overviewRoutes,
      slackIntegrationRoutes,
      slackInstallRoute,
      slackChannelRoutes,
      tenantRoutes,
      apiKeyRoutes,
      auditRoutes,
      sessionRoutes,
    ]) {
      routes(v1, context);
    }
  });
  signInRoute(app, context);
  slackCallbackRoute(app, context);
  healthRoutes(app, context);
  metricsRoute(app, context);
  openapiRoute(app, described);
  await dashboardRoutes(app, context);
  await app.ready();
  return app;
}

function addHeaders(app: App, { isHttps }: HttpContext): void {
  const headers = apiHeaders(isHttps);
  app.addHook("onRequest", (request, reply, done) => {
    reply.headers(headers).header("x-request-id", request.id);
    done();
  });
}

/** Ids for `x-request-id` and the log: of this server's run, and counted, as a UUID each costs microseconds. */
function createRequestIds(): () => string {
  const run = newId().slice(-12);
  let count = 0;
  return () => `${run}-${++count}`;
}
