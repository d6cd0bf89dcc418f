/** `/v1/slack_integration`: installs of the Slack app, by their bot tokens, which are never shown. */

import { Type } from "typebox";
import { operatorSlackIntegrationId } from "../../domain/event-sink.ts";
import { ApiError } from "../../errors.ts";
import { Secret } from "../../secret.ts";
import { auditEntry } from "../accounts/audit-entry.ts";
import type { App, HttpContext } from "../context.ts";
import { requireTenant, scopeOf } from "../gate/auth.ts";
import { ref, responses, secured } from "../openapi.ts";
import { pageQuery, paginationOf, readPage } from "../wire/pagination.ts";
import {
  IdParams,
  listOf,
  NameField,
  notFound,
  nullable,
  readId,
  requireSameId,
  TenantIdField,
  unknownTenant,
} from "../wire/resource-schemas.ts";
import {
  type AuditIntegration,
  changeSlackIntegration,
  createSlackIntegration,
  findOfTeam,
  type TokenOfTeam,
  withNewToken,
} from "./put-slack-token.ts";
import {
  SlackIntegrationView,
  slackIntegrationView,
  WrappedSlackIntegration as Wrapped,
} from "./slack-integration-view.ts";
import { testToken } from "./slack-lookup.ts";

const what = "Slack integration";
const resource = "slack_integration";
const tags = ["Slack integrations"];
const path = "/v1/slack_integration";
const pathOfOne = `${path}/:id`;

/** Slack's tokens are some 60 characters; rotated ones some 170. */
const botTokenCharsMax = 512;

const BotTokenField = Type.String({
  pattern: "^xox[be][-.][A-Za-z0-9.-]+$",
  maxLength: botTokenCharsMax,
  description: "a bot token of the Slack app, xoxb-…, from its OAuth & Permissions page",
});

const CreateBody = Type.Object(
  { tenant_id: TenantIdField, name: NameField, bot_token: BotTokenField },
  { additionalProperties: false },
);

/** Read-only fields are taken and ignored, so that what GET answered can be edited and sent back. */
const readOnly = Type.Optional(Type.Unknown({ description: "read-only; ignored" }));

const UpdateBody = Type.Object(
  {
    id: Type.String({ description: "the id in the path" }),
    name: Type.Optional(NameField),
    bot_token: Type.Optional(BotTokenField),
    tenant_id: readOnly,
    team_id: readOnly,
    team_name: readOnly,
    bot_user_id: readOnly,
    bot_name: readOnly,
    scopes: readOnly,
    token_expires_at: readOnly,
    revoked_reason: readOnly,
    created_at: readOnly,
    updated_at: readOnly,
  },
  { additionalProperties: false },
);

export function slackIntegrationRoutes(app: App, context: HttpContext): void {
  app.addSchema(SlackIntegrationView);
  addCreate(app, context);
  addReads(app, context);
  addUpdate(app, context);
  addDelete(app, context);
}

function addCreate(app: App, context: HttpContext): void {
  const { store } = context;
  const schema = {
    tags,
    summary: "Create a Slack integration from a bot token",
    description:
      "Slack is asked whose token it is (`auth.test`). The token never comes back. Where the tenant's integration of " +
      "that workspace was revoked, it gets this token instead of a second one being made.",
    security: secured,
    body: CreateBody,
    response: responses(Wrapped, 404, 413, 415),
  };
  app.post(path, { schema }, async (request) => {
    const { principal, body } = request;
    const audit = auditIntegration(request, context);
    const { tenant_id: tenantId, name } = body;
    requireTenant(principal, tenantId);
    if ((await store.getTenant({ id: tenantId })) === null) throw unknownTenant(tenantId);
    const token = await requireToken(new Secret(body.bot_token), context);
    const known = await findOfTeam(tenantId, token, context);
    const integration =
      known === null || known.revokedReason === null
        ? await createSlackIntegration(tenantId, name, token, context, audit)
        : await changeSlackIntegration(
            known.id,
            (current) => withNewToken(current, name, token, context),
            context,
            audit,
          );
    return { slack_integration: slackIntegrationView(integration) };
  });
}

/** A token that somebody pasted, with what Slack says of it. */
async function requireToken(botToken: Secret, context: HttpContext): Promise<TokenOfTeam> {
  const answer = await testToken(botToken, context);
  if (answer?.kind === "valid") {
    const { kind: _, ...team } = answer;
    return { ...team, botToken, refreshToken: null, expiresInMs: null };
  }
  if (answer?.outcome.kind === "rejected") throw refuseToken(answer.outcome.detail);
  const why = answer?.outcome.detail ?? "Slack did not answer within 5 seconds.";
  throw new ApiError("unavailable", `The token could not be checked: ${why} Try again.`, {
    retryAfterS: 10,
  });
}

function refuseToken(message: string): ApiError {
  const details = [{ path: "bot_token", message }];
  return new ApiError("slack_refused", `\`bot_token\`: ${message}`, { details });
}

function addUpdate(app: App, context: HttpContext): void {
  const { store } = context;
  const schema = {
    tags,
    summary: "Update a Slack integration",
    description:
      "Its name, or its bot token by another of the same workspace, which heals a revoked one.",
    security: secured,
    params: IdParams,
    body: UpdateBody,
    response: responses(Wrapped, 404, 409, 413, 415),
  };
  app.put(pathOfOne, { schema }, async (request) => {
    const { principal, params, body } = request;
    const audit = auditIntegration(request, context);
    requireSameId(body.id, params.id);
    const id = readId(params.id, what);
    const found = await store.getSlackIntegration({ tenantId: scopeOf(principal), id });
    if (found === null) throw notFound(what, id);
    if (id === operatorSlackIntegrationId) throw fromEnvironment("change it");
    const name = body.name ?? "";
    if (body.bot_token === undefined) {
      const integration = await changeSlackIntegration(
        id,
        (current) => ({ ...current, name: name === "" ? current.name : name }),
        context,
        audit,
      );
      return { slack_integration: slackIntegrationView(integration) };
    }
    const token = await requireToken(new Secret(body.bot_token), context);
    if (token.teamId !== found.teamId) {
      const team = `${found.teamName} (${found.teamId})`;
      throw refuseToken(
        `The token is of the workspace ${token.teamName} (${token.teamId}), but this integration is of ${team}: make a new integration for it.`,
      );
    }
    const integration = await changeSlackIntegration(
      id,
      (current) => withNewToken(current, name, token, context),
      context,
      audit,
    );
    return { slack_integration: slackIntegrationView(integration) };
  });
}

function fromEnvironment(wish: string): ApiError {
  return new ApiError(
    "conflict",
    `This integration comes from EVENT_SINKS_SLACK_BOT_TOKEN: ${wish} there and start the service again.`,
  );
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

function auditIntegration(
  request: Parameters<typeof auditEntry>[0] & { readonly body: object },
  context: HttpContext,
): AuditIntegration {
  return (integration, isNew) => {
    const action = isNew ? "slack_integration.created" : "slack_integration.updated";
    return auditEntry(request, context, action, { ...integration, body: request.body });
  };
}

function addDelete(app: App, { store, clock, channelBooks }: HttpContext): void {
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
  app.delete(pathOfOne, { schema }, async (request) => {
    const { principal, params } = request;
    const id = readId(params.id, what);
    if (id === operatorSlackIntegrationId && principal.kind === "operator") {
      throw fromEnvironment("take it out");
    }
    const scope = { tenantId: scopeOf(principal), id };
    const current = await store.getSlackIntegration(scope);
    if (current === null) throw notFound(what, id);
    const audit = auditEntry(request, { clock }, "slack_integration.deleted", current);
    const deleted = await store.deleteSlackIntegration({ ...scope, audit });
    if (deleted.kind === "not_found") throw notFound(what, id);
    if (deleted.kind === "in_use") {
      const users = deleted.eventSinkIds;
      const named = users.slice(0, 10).join(", ") + (users.length > 10 ? ", …" : "");
      const message = `Event sinks send through it: ${named}. Delete them first.`;
      const details = users.map((user) => ({ path: "id", message: `Event sink ${user} uses it.` }));
      throw new ApiError("conflict", message, { details });
    }
    channelBooks.forget(id);
    return { id, tenant_id: deleted.tenantId };
  });
}
