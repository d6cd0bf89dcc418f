/**
 * Installing the operator's Slack app into a tenant's workspace, by OAuth v2.
 *
 * `POST …/install` answers a link for a person's browser. It carries a state of 256 random
 * bits, of which the store keeps a hash with the tenant it was made for; whoever comes back
 * with it, within ten minutes and once, is by that alone allowed to store the install there.
 * The browser has no key of ours, so the callback takes none.
 */

import { createHash, randomBytes } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { SlackIntegration } from "../../domain/event-sink.ts";
import { ApiError } from "../../errors.ts";
import { Secret, type Secrets } from "../../secret.ts";
import {
  authorizeUrl,
  exchangeCodeRequest,
  explainRedirectError,
  type InstallAnswer,
  readInstall,
  type SlackApp,
} from "../../sinks/slack/oauth.ts";
import type { SlackInstall } from "../../store/store.ts";
import { auditEntry } from "../accounts/audit-entry.ts";
import type { App, HttpContext } from "../context.ts";
import { requireTenant } from "../gate/auth.ts";
import { errorResponses, responses, secured } from "../openapi.ts";
import { NameField, TenantIdField, unknownTenant, WholeSeconds } from "../wire/resource-schemas.ts";
import { wholeSeconds } from "../wire/wire-time.ts";
import {
  type AuditIntegration,
  changeSlackIntegration,
  createSlackIntegration,
  findOfTeam,
  withNewToken,
} from "./put-slack-token.ts";
import { createAsk } from "./slack-caller.ts";
import { slackIntegrationView, WrappedSlackIntegration } from "./slack-integration-view.ts";
import { testToken } from "./slack-lookup.ts";

const tags = ["Slack integrations"];
const callbackPath = "v1/slack_integration/callback";

const installMsMax = 10 * 60_000;
const stateBytes = 32;
/** As many bytes in base64url. */
const statePattern = /^[\w-]{43}$/;
/** RFC 7636 section 4.1: 32 bytes make the shortest verifier, 43 characters. */
const verifierBytes = 32;

const InstallBody = Type.Object(
  {
    tenant_id: TenantIdField,
    name: Type.Optional(NameField),
    pkce: Type.Optional(
      Type.Boolean({
        description: "false: without PKCE, should Slack's page refuse it; true when left out",
      }),
    ),
  },
  { additionalProperties: false, description: "Without `name` it is called like the workspace" },
);

const InstallLink = Type.Object({
  authorize_url: Type.String({ format: "uri", description: "open it in a browser" }),
  expires_at: WholeSeconds,
});

/** `POST /v1/slack_integration/install`. */
export function slackInstallRoute(app: App, context: HttpContext): void {
  const { store, clock, sealer, settings } = context;
  const schema = {
    tags,
    summary: "Begin to install the Slack app in a workspace",
    description:
      "Answers the link on which a person approves the install; it works once, for ten minutes.",
    security: secured,
    body: InstallBody,
    response: responses(InstallLink, 404, 409, 413, 415),
  };
  app.post("/v1/slack_integration/install", { schema }, async (request) => {
    const { principal, body } = request;
    const tenantId = body.tenant_id;
    requireTenant(principal, tenantId);
    const { clientId } = requireSlackApp(settings.slackApp);
    const redirectUri = requirePublicUrl(app, settings) + callbackPath;
    const state = randomBytes(stateBytes).toString("base64url");
    const codeVerifier =
      body.pkce === false ? null : new Secret(randomBytes(verifierBytes).toString("base64url"));
    const stateHash = hashState(state);
    const secrets: Secrets = {
      redirect_uri: new Secret(redirectUri),
      ...(codeVerifier === null ? {} : { code_verifier: codeVerifier }),
    };
    const now = clock.now();
    const expiresAt = now + installMsMax;
    const made = await store.createSlackInstall({
      stateHash,
      tenantId,
      name: body.name ?? "",
      sealedSecrets: sealer.seal(secrets, { tenantId, id: stateHash }),
      expiresAt,
      now,
      audit: auditEntry(request, { clock }, "slack_integration.install_begun", {
        tenantId,
        id: tenantId,
      }),
    });
    if (made === "unknown_tenant") throw unknownTenant(tenantId);
    const { slackApi } = settings.vendors;
    return {
      authorize_url: authorizeUrl({ slackApi, clientId, redirectUri, state, codeVerifier }),
      expires_at: wholeSeconds(expiresAt),
    };
  });
}

function requireSlackApp(slackApp: SlackApp | null): SlackApp {
  if (slackApp !== null) return slackApp;
  throw new ApiError(
    "not_configured",
    "This service has no Slack app to install: set EVENT_SINKS_SLACK_CLIENT_ID and EVENT_SINKS_SLACK_CLIENT_SECRET " +
      "and start it again, or give a bot token to POST /v1/slack_integration.",
  );
}

/** Where browsers reach this service, with a slash at the end. */
function requirePublicUrl(app: App, { publicUrl, tls }: HttpContext["settings"]): string {
  if (publicUrl !== null) return publicUrl;
  const address = app.server.address();
  if (typeof address === "object" && address !== null) {
    const { address: host, port, family } = address;
    const isWildcard = host === "0.0.0.0" || host === "::";
    const scheme = tls === null ? "http" : "https";
    if (!isWildcard) return `${scheme}://${family === "IPv6" ? `[${host}]` : host}:${port}/`;
  }
  throw new ApiError(
    "not_configured",
    "Slack has to send the browser back to this service, and it does not know its own address: set EVENT_SINKS_PUBLIC_URL and start it again.",
  );
}

function hashState(state: string): string {
  return createHash("sha256").update(state).digest("hex");
}

/** Slack may add parameters of its own. */
const CallbackQuery = Type.Object({
  state: Type.Optional(Type.String({ maxLength: 512 })),
  code: Type.Optional(Type.String({ maxLength: 2_048 })),
  error: Type.Optional(Type.String({ maxLength: 512 })),
});

const Installed = Type.Object({
  installed: Type.String({ description: "a sentence for whoever sits at the browser" }),
  ...WrappedSlackIntegration.properties,
});

/** `GET /v1/slack_integration/callback`; to be registered outside what asks for a key. */
export function slackCallbackRoute(app: App, context: HttpContext): void {
  const schema = {
    tags,
    summary: "Where Slack sends the browser after an install",
    description:
      "Needs no key: the single-use `state` of the install's link stands for it. An install of a workspace " +
      "that the tenant has already gives that integration the new token.",
    security: [],
    querystring: CallbackQuery,
    response: { 200: Installed, ...errorResponses(409) },
  };
  app.get(`/${callbackPath}`, { schema }, async (request, reply) => {
    const { query } = request;
    reply.headers({
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    });
    const install = await takeInstall(query, context);
    if (query.error !== undefined) {
      throw new ApiError("slack_refused", explainRedirectError(query.error));
    }
    if (query.code === undefined) throw badInstall("Slack sent no code.");
    const integration = await finish(
      install,
      new Secret(query.code),
      context,
      auditInstall(request, context),
    );
    return {
      // Whoever was sent this link by somebody else can see whom it has served.
      installed: `The app is installed in the Slack workspace ${integration.teamName}, for the tenant ${integration.tenantId ?? ""}. You can close this page.`,
      slack_integration: slackIntegrationView(integration),
    };
  });
}

/** Any use of a state, for a refusal too, uses it up. */
async function takeInstall(
  { state }: Static<typeof CallbackQuery>,
  { store, clock }: HttpContext,
): Promise<SlackInstall> {
  // Anybody may call this: what cannot be a state of ours does not reach the store.
  if (state !== undefined && statePattern.test(state)) {
    const stateHash = hashState(state);
    const install = await store.takeSlackInstall({ stateHash, now: clock.now() });
    if (install !== null) return install;
  }
  throw badInstall("`state` is of no install under way: it was used, has expired or is not ours.");
}

function badInstall(problem: string): ApiError {
  return new ApiError(
    "invalid_request",
    `${problem} Start again with a new link from POST /v1/slack_integration/install.`,
    { details: [{ path: "state", message: problem }] },
  );
}

/** The browser has no key: its state stands for the tenant that began the install. */
function auditInstall(request: FastifyRequest, context: HttpContext): AuditIntegration {
  return (integration, isNew) => {
    const action = isNew ? "slack_integration.created" : "slack_integration.updated";
    return auditEntry(request, context, action, integration, {
      role: "tenant",
      apiKeyId: null,
      via: "state",
    });
  };
}

async function finish(
  install: SlackInstall,
  code: Secret,
  context: HttpContext,
  audit: AuditIntegration,
): Promise<SlackIntegration> {
  const { tenantId, name } = install;
  const answer = await exchange(install, code, context);
  if (answer.kind === "refused") throw new ApiError("slack_refused", answer.detail);
  if (answer.kind === "unclear") {
    const cure = "Start again with a new link from POST /v1/slack_integration/install.";
    throw new ApiError(
      "unavailable",
      `The install could not be finished: ${answer.detail} ${cure}`,
      {
        retryAfterS: Math.max(Math.ceil((answer.retryAfterMs ?? 0) / 1_000), 5),
      },
    );
  }
  const asked = await testToken(answer.botToken, context);
  const token = { ...answer, botName: asked?.kind === "valid" ? asked.botName : null };
  const known = await findOfTeam(tenantId, token, context);
  const integration =
    known === null
      ? await createSlackIntegration(tenantId, name, token, context, audit)
      : await changeSlackIntegration(
          known.id,
          (current) => withNewToken(current, name, token, context),
          context,
          audit,
        );
  context.log.info(
    { tenant_id: tenantId, slack_integration_id: integration.id, team_id: integration.teamId },
    "slack_integration.installed",
  );
  return integration;
}

/** Trades the code for tokens: with PKCE first, without it where the app may not use it. */
async function exchange(
  { tenantId, stateHash, sealedSecrets }: SlackInstall,
  code: Secret,
  { sealer, settings, outbound, clock }: HttpContext,
): Promise<InstallAnswer> {
  const slackApp = requireSlackApp(settings.slackApp);
  const sealed = sealer.unseal(sealedSecrets, { tenantId, id: stateHash });
  const codeVerifier = sealed["code_verifier"] ?? null;
  const redirectUri = sealed["redirect_uri"]?.reveal() ?? "";
  const access = { slackApi: settings.vendors.slackApi, slackApp };
  const secrets = { ...sealed, code, client_secret: slackApp.clientSecret };
  const ask = createAsk({ outbound, clock, settings });

  async function tryWith(verifier: Secret | null): Promise<InstallAnswer> {
    const grant = { code, redirectUri, codeVerifier: verifier };
    const response = await ask(exchangeCodeRequest(grant, access));
    if (response !== null) return readInstall(response, secrets, clock.now());
    return { kind: "unclear", detail: "Slack did not answer.", retryAfterMs: null };
  }

  const answer = await tryWith(codeVerifier);
  const isPkceRefused = answer.kind === "refused" && answer.error === "pkce_not_allowed";
  return isPkceRefused && codeVerifier !== null ? tryWith(null) : answer;
}
