/** `/v1/slack_integration`: installs of the Slack app, by their bot tokens, which are never shown. */

import { type Static, Type } from "typebox";
import { operatorSlackIntegrationId, type SlackIntegration } from "../domain/event-sink.ts";
import { ApiError } from "../errors.ts";
import { newId } from "../ids.ts";
import { Secret } from "../secret.ts";
import { botTokenName } from "../sinks/slack/step.ts";
import { requireTenant, scopeOf } from "./auth.ts";
import type { App, HttpContext } from "./context.ts";
import { ref, responses, secured } from "./openapi.ts";
import { pageQuery, paginationOf, readPage } from "./pagination.ts";
import {
  IdParams,
  listOf,
  NameField,
  notFound,
  nullable,
  readId,
  TenantIdField,
  unknownTenant,
  WholeSeconds,
} from "./resource-schemas.ts";
import { testToken } from "./slack-lookup.ts";
import { wholeSeconds } from "./wire-time.ts";

const what = "Slack integration";
const resource = "slack_integration";
const tags = ["Slack integrations"];
const path = "/v1/slack_integration";
const pathOfOne = `${path}/:id`;

/** Slack's tokens are some 60 characters; rotated ones some 170. */
const botTokenCharsMax = 512;

const SlackIntegrationView = Type.Object(
  {
    id: Type.String({ format: "uuid" }),
    tenant_id: nullable(TenantIdField),
    name: NameField,
    team_id: Type.String({ description: "the Slack workspace" }),
    team_name: Type.String(),
    bot_user_id: Type.String(),
    created_at: WholeSeconds,
    updated_at: WholeSeconds,
  },
  { $id: "SlackIntegration", description: "tenant_id is null for the operator's own" },
);

const Wrapped = Type.Object({ slack_integration: ref(SlackIntegrationView) });

function slackIntegrationView(integration: SlackIntegration): Static<typeof SlackIntegrationView> {
  return {
    id: integration.id,
    tenant_id: integration.tenantId,
    name: integration.name,
    team_id: integration.teamId,
    team_name: integration.teamName,
    bot_user_id: integration.botUserId,
    created_at: wholeSeconds(integration.createdAt),
    updated_at: wholeSeconds(integration.updatedAt),
  };
}

const CreateBody = Type.Object(
  {
    tenant_id: TenantIdField,
    name: NameField,
    bot_token: Type.String({
      pattern: "^xox[be][-.][A-Za-z0-9.-]+$",
      maxLength: botTokenCharsMax,
      description: "a bot token of the Slack app, xoxb-…, from its OAuth & Permissions page",
    }),
  },
  { additionalProperties: false },
);

export function slackIntegrationRoutes(app: App, context: HttpContext): void {
  app.addSchema(SlackIntegrationView);
  addCreate(app, context);
  addReads(app, context);
  addDelete(app, context);
}

function addCreate(app: App, context: HttpContext): void {
  const { store, clock, sealer } = context;
  const schema = {
    tags,
    summary: "Create a Slack integration from a bot token",
    description: "Slack is asked whose token it is (`auth.test`). The token never comes back.",
    security: secured,
    body: CreateBody,
    response: responses(Wrapped, 404, 413, 415),
  };
  app.post(path, { schema }, async ({ principal, body }) => {
    const tenantId = body.tenant_id;
    requireTenant(principal, tenantId);
    if ((await store.getTenant({ id: tenantId })) === null) throw unknownTenant(tenantId);
    const botToken = new Secret(body.bot_token);
    const team = await requireTeam(botToken, context);
    const id = newId();
    const now = clock.now();
    const integration: SlackIntegration = {
      id,
      tenantId,
      name: body.name,
      ...team,
      scopes: [],
      revokedReason: null,
      tokenExpiresAt: null,
      sealedSecrets: sealer.seal({ [botTokenName]: botToken }, { id, tenantId }),
      createdAt: now,
      updatedAt: now,
    };
    const stored = await store.putSlackIntegration(integration);
    if (stored === "unknown_tenant") throw unknownTenant(tenantId);
    return { slack_integration: slackIntegrationView(integration) };
  });
}

async function requireTeam(botToken: Secret, context: HttpContext) {
  const answer = await testToken(botToken, context);
  if (answer?.kind === "valid") {
    const { teamId, teamName, botUserId } = answer;
    return { teamId, teamName, botUserId };
  }
  if (answer?.outcome.kind === "rejected") {
    const message = answer.outcome.detail;
    const details = [{ path: "bot_token", message }];
    throw new ApiError("slack_refused", `\`bot_token\`: ${message}`, { details });
  }
  const why = answer?.outcome.detail ?? "Slack did not answer within 5 seconds.";
  throw new ApiError("unavailable", `The token could not be checked: ${why} Try again.`, {
    retryAfterS: 10,
  });
}

function addReads(app: App, { store }: HttpContext): void {
  const list = {
    tags,
    summary: "List a tenant's Slack integrations",
    description: "By creation.",
    security: secured,
    querystring: Type.Object({ tenant_id: TenantIdField, ...pageQuery }),
    response: responses(listOf("slack_integrations", ref(SlackIntegrationView))),
  };
  app.get(path, { schema: list, config: { isList: true } }, async ({ principal, query }) => {
    requireTenant(principal, query.tenant_id);
    const page = readPage(query, resource);
    const listed = await store.listSlackIntegrations({ ...page, tenantId: query.tenant_id });
    const data = { slack_integrations: listed.items.map(slackIntegrationView) };
    return { data, pagination: paginationOf(listed, resource) };
  });

  const get = {
    tags,
    summary: "Get a Slack integration",
    security: secured,
    params: IdParams,
    response: responses(Wrapped, 404),
  };
  app.get(pathOfOne, { schema: get }, async ({ principal, params }) => {
    const id = readId(params.id, what);
    const found = await store.getSlackIntegration({ tenantId: scopeOf(principal), id });
    if (found === null) throw notFound(what, id);
    return { slack_integration: slackIntegrationView(found) };
  });
}

function addDelete(app: App, { store }: HttpContext): void {
  const schema = {
    tags,
    summary: "Delete a Slack integration",
    description: "Refused while event sinks use it.",
    security: secured,
    params: IdParams,
    response: responses(
      Type.Object({ id: Type.String(), tenant_id: nullable(TenantIdField) }),
      404,
      409,
    ),
  };
  app.delete(pathOfOne, { schema }, async ({ principal, params }) => {
    const id = readId(params.id, what);
    if (id === operatorSlackIntegrationId && principal.kind === "operator") {
      throw new ApiError(
        "conflict",
        "This integration comes from EVENT_SINKS_SLACK_BOT_TOKEN: take that out and start the service again.",
      );
    }
    const deleted = await store.deleteSlackIntegration({ tenantId: scopeOf(principal), id });
    if (deleted.kind === "not_found") throw notFound(what, id);
    if (deleted.kind === "in_use") {
      const users = deleted.eventSinkIds;
      const named = users.slice(0, 10).join(", ") + (users.length > 10 ? ", …" : "");
      const message = `Event sinks send through it: ${named}. Delete them first.`;
      const details = users.map((user) => ({ path: "id", message: `Event sink ${user} uses it.` }));
      throw new ApiError("conflict", message, { details });
    }
    return { id, tenant_id: deleted.tenantId };
  });
}
