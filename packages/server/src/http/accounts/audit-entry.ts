import type { FastifyRequest } from "fastify";
import type { Clock } from "../../clock.ts";
import type { AuditAction, AuditActor, AuditEntry, AuditVia } from "../../domain/audit.ts";
import { newId, type TenantId } from "../../ids.ts";
import type { Principal } from "../gate/principal.ts";

/** What a change is about. */
export interface AuditSubject {
  readonly tenantId: TenantId | null;
  readonly id: string;
  readonly name?: string;
  /** The body that asked for it, of which the fields' names are noted. */
  readonly body?: object | undefined;
}

/** Fields of any update that change nothing. */
const readOnlyFields: readonly string[] = ["id", "tenant_id", "created_at", "updated_at"];

const forwardedCharsMax = 256;

export function actorOf({ kind, apiKeyId }: Principal, via: AuditVia): AuditActor {
  return { role: kind, apiKeyId, via };
}

/**
 * Tells the audit log of a change that this request makes; give it to the store along with the change.
 * @param actor to be named for routes that are called without a key.
 */
export function auditEntry(
  request: Pick<FastifyRequest, "id" | "headers" | "socket" | "principal" | "session">,
  { clock }: { clock: Clock },
  action: AuditAction,
  { tenantId, id, name, body }: AuditSubject,
  actor: AuditActor = actorOf(request.principal, request.session === null ? "key" : "session"),
): AuditEntry {
  const forwarded = request.headers["x-forwarded-for"] ?? request.headers["forwarded"];
  return {
    id: newId(),
    at: clock.now(),
    tenantId,
    actor,
    action,
    resourceId: id,
    name: name ?? null,
    fields: Object.keys(body ?? {}).filter((field) => !readOnlyFields.includes(field)),
    address: request.socket.remoteAddress ?? "",
    forwardedFor: forwarded === undefined ? null : String(forwarded).slice(0, forwardedCharsMax),
    requestId: request.id,
  };
}
