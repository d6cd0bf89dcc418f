/**
 * `/v1/session`: signing in with a key, for browsers.
 *
 * The key itself stays in no browser: what it gets is a random token in a cookie that no script
 * can read. The store keeps the token's hash and the key's, so a session survives a restart, and
 * ends with its key, by signing out, or by its time. `cross-site.ts` says what keeps other
 * sites' pages from using it.
 */

import { randomBytes } from "node:crypto";
import { type Static, Type } from "typebox";
import { scopes } from "../../domain/scope.ts";
import { hashApiKey } from "../../operator-key.ts";
import type { Session } from "../../store/store.ts";
import { version } from "../../version.ts";
import type { App, HttpContext } from "../context.ts";
import { byKey, scopeOf } from "../gate/auth.ts";
import { csrfHeader, refuseCrossSite } from "../gate/cross-site.ts";
import type { Principal } from "../gate/principal.ts";
import { sessionCookie } from "../gate/session-cookie.ts";
import { ref, responses, secured } from "../openapi.ts";
import { nullable, TenantIdField, WholeSeconds } from "../wire/resource-schemas.ts";
import { wholeSeconds } from "../wire/wire-time.ts";
import { actorOf, auditEntry } from "./audit-entry.ts";

const path = "/v1/session";
const tags = ["Sessions"];

const sessionMs = 12 * 60 * 60_000;
const tokenBytes = 32;
/** Of one key; the oldest ends when one more begins. */
const sessionsMax = 100;

const SessionView = Type.Object(
  {
    role: Type.Enum(["operator", "tenant"]),
    tenant_id: nullable(TenantIdField),
    scopes: Type.Array(Type.Enum([...scopes])),
    expires_at: nullable(WholeSeconds),
  },
  { $id: "Session", description: "Whose key it is. `expires_at` is null for a call with a key" },
);

const Service = Type.Object(
  {
    version: Type.String(),
    features: Type.Object({
      slack_install: Type.Boolean({ description: "the Slack app can be installed by link" }),
      email: Type.Boolean({ description: "e-mail sinks can be saved" }),
      require_https: Type.Boolean({ description: "webhook URLs must be `https:`" }),
    }),
  },
  { $id: "ServiceInfo" },
);

const Answer = Type.Object({ session: ref(SessionView), service: ref(Service) });

const SignInBody = Type.Object(
  {
    api_key: Type.String({
      minLength: 1,
      maxLength: 512,
      description: "a tenant's or the operator's",
    }),
  },
  { additionalProperties: false },
);

function answerFor(
  principal: Principal,
  session: Session | null,
  { settings }: HttpContext,
): Static<typeof Answer> {
  return {
    session: {
      role: principal.kind,
      tenant_id: principal.kind === "tenant" ? principal.tenantId : null,
      scopes: [...principal.scopes],
      expires_at: session === null ? null : wholeSeconds(session.expiresAt),
    },
    service: {
      version,
      features: {
        slack_install: settings.slackApp !== null,
        email: settings.vendors.mailFrom !== undefined,
        require_https: settings.requireHttps,
      },
    },
  };
}

/** `POST /v1/session`; to be registered outside what asks for a key. */
export function signInRoute(app: App, context: HttpContext): void {
  const { store, clock, settings, isHttps } = context;
  app.addSchema(SessionView);
  app.addSchema(Service);
  const schema = {
    tags,
    summary: "Sign in with a key",
    description:
      "Sets a cookie that stands for the key for 12 hours. Browsers send it by themselves; calls that change " +
      `something then need the header \`${csrfHeader}: 1\`, this one included.`,
    security: [],
    body: SignInBody,
    response: responses(Answer, 413, 415),
  };
  app.post(path, { schema }, async (request, reply) => {
    refuseCrossSite(request.method, request.headers, settings.publicUrl);
    const { api_key: key } = request.body;
    const principal = await byKey(key, request.ip, context);
    const token = randomBytes(tokenBytes).toString("base64url");
    const createdAt = clock.now();
    const expiresAt = createdAt + sessionMs;
    const session = {
      tokenHash: hashApiKey(token),
      keyHash: hashApiKey(key),
      createdAt,
      expiresAt,
    };
    const subject = { tenantId: scopeOf(principal), id: principal.apiKeyId ?? "operator" };
    const actor = actorOf(principal, "session");
    const audit = auditEntry(request, { clock }, "session.begun", subject, actor);
    await store.createSession({ session, sessionsMax, audit });
    reply.header("set-cookie", sessionCookie(token, sessionMs / 1_000, isHttps));
    return answerFor(principal, session, context);
  });
}

export function sessionRoutes(app: App, context: HttpContext): void {
  const { store, sessions, isHttps } = context;
  const get = {
    tags,
    summary: "Whose key or session this is",
    description: "And what this service can do. Any key may ask.",
    security: secured,
    response: responses(Answer),
  };
  app.get(path, { schema: get }, ({ principal, session }) =>
    answerFor(principal, session, context),
  );

  const signOut = {
    tags,
    summary: "Sign out",
    description:
      "The session ends at once, on other nodes within a second. A key that is called with stays as it is.",
    security: secured,
    response: responses(Type.Object({ signed_out: Type.Boolean() })),
  };
  app.delete(path, { schema: signOut }, async (request, reply) => {
    const { principal, session } = request;
    reply.header("set-cookie", sessionCookie("", 0, isHttps));
    if (session === null) return { signed_out: false };
    const subject = { tenantId: scopeOf(principal), id: principal.apiKeyId ?? "operator" };
    const audit = auditEntry(request, context, "session.ended", subject);
    await store.deleteSession({ tokenHash: session.tokenHash, audit });
    sessions.forget(session.tokenHash);
    return { signed_out: true };
  });
}
