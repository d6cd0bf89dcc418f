/**
 * The HTTP layer: parse, call, render.
 *
 * One file holds the routes of one resource. A request passes, in this order: `auth.ts`
 * (who calls), for new alerts `admission.ts` (is there room), `body.ts` (JSON within limits), `list-body.ts` (lists only), `validation.ts`
 * (against the route's TypeBox schema), the route. Whatever goes wrong leaves through
 * `error-envelope.ts`. Routes talk to the store and the engine through their contracts, by
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
import { createAdmission } from "./admission.ts";
import { createAlertIntake } from "./alert-intake.ts";
import { alertRoutes } from "./alerts.ts";
import { createApiKeyUses } from "./api-key-uses.ts";
import { apiKeyRoutes } from "./api-keys.ts";
import { auditRoutes } from "./audit.ts";
import { createApiKeyCache, createAuthenticate, createSessionCache } from "./auth.ts";
import { managementBytesMax, readJsonBodies } from "./body.ts";
import { connectionTimeouts, limitConnections } from "./connections.ts";
import type { App, HttpContext, HttpDeps } from "./context.ts";
import { dashboardRoutes } from "./dashboard.ts";
import { deliveryRoutes } from "./deliveries.ts";
import { deliverySummaryRoute } from "./delivery-summary.ts";
import { answerClientError, createSendError, handleErrors } from "./error-envelope.ts";
import { eventSinkStatusRoutes } from "./event-sink-status.ts";
import { eventSinkRoutes } from "./event-sinks.ts";
import { healthRoutes } from "./health.ts";
import { createIntakeMetrics } from "./intake-metrics.ts";
import { readListBody } from "./list-body.ts";
import { measureRequests, metricsRoute } from "./metrics.ts";
import { describeApi, openapiRoute } from "./openapi.ts";
import { overviewRoutes } from "./overview.ts";
import { createPressure } from "./pressure.ts";
import { previewRoutes } from "./preview.ts";
import { createRateLimiter } from "./rate-limiter.ts";
import { replayRoutes } from "./replays.ts";
import { declareScopes } from "./route-scopes.ts";
import { apiHeaders } from "./security-headers.ts";
import { sessionRoutes, signInRoute } from "./sessions.ts";
import { signingSecretRoutes } from "./signing-secret.ts";
import { createChannelBooks } from "./slack-channel-book.ts";
import { slackChannelRoutes } from "./slack-channels.ts";
import { slackCallbackRoute, slackInstallRoute } from "./slack-installs.ts";
import { slackIntegrationRoutes } from "./slack-integrations.ts";
import { createTenantSinks } from "./tenant-sinks.ts";
import { tenantRoutes } from "./tenants.ts";
import { tlsOptions } from "./tls.ts";
import { validatorCompiler } from "./validation.ts";
import { createWrongKeys } from "./wrong-keys.ts";

const pathParamCharsMax = 256;

/** Makes the server; it listens when told. Closing it waits for the requests under way. */
export async function createHttpServer(deps: HttpDeps): Promise<App> {
  const sendError = createSendError(deps.log);
  const { tls } = deps.settings;
  const app = fastify({
    bodyLimit: managementBytesMax,
    ...connectionTimeouts,
    // Its type would otherwise be that of an HTTPS server throughout, which differs in name only.
    ...(tls === null ? {} : { https: { ...tlsOptions(tls), ...connectionTimeouts.http } }),
    // Requests on open connections are served to the end; Fastify's own 503 has another form.
    return503OnClosing: false,
    genReqId: createRequestIds(),
    clientErrorHandler: answerClientError,
    frameworkErrors: sendError,
    routerOptions: {
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      maxParamLength: pathParamCharsMax,
      querystringParser: (text: string) => ({ ...parseQuery(text) }),
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
      operator: createAddressGuard(deps.settings.allowCidrs),
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

  useOwnCompilers(app);
  handleErrors(app, sendError);
  readJsonBodies(app);
  measureRequests(app, context);
  addHeaders(app, context);
  const refuseSurplus = limitConnections(app, deps.settings.connectionsMax);
  await describeApi(app);
  await app.register(async (v1: App) => {
    useOwnCompilers(v1);
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
  openapiRoute(app);
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

/** For each plugin that adds schemas: it would else get Fastify's own compilers. */
function useOwnCompilers(app: App): void {
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => stringifyJson);
}
