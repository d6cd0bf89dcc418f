/** Pieces that several resources' schemas share. */

import { type TSchema, Type } from "typebox";
import { tenantIdPattern, tenantIdRule } from "../../domain/tenant-id.ts";
import { ApiError } from "../../errors.ts";
import { isUuid } from "../../ids.ts";
import { Pagination } from "./pagination.ts";

export const TenantIdField = Type.String({ pattern: tenantIdPattern, description: tenantIdRule });

export const nameCharsMax = 256;
export const descriptionCharsMax = 4_096;

/** Not blank; and no database's text can be counted on to hold a NUL. */
export const NameField = Type.String({
  minLength: 1,
  maxLength: nameCharsMax,
  // Checked on texts that are too long as well, so it must not try one split of them after another.
  pattern: "^(?!\\s*$)[^\\u0000]*$",
  description: "what people call it: not blank, without NUL characters",
});

export const WholeSeconds = Type.String({
  format: "date-time",
  description: "UTC, whole seconds",
  examples: ["2024-05-09T20:01:32Z"],
});

export const Milliseconds = Type.String({
  format: "date-time",
  description: "UTC, milliseconds",
  examples: ["2026-04-20T21:51:13.702Z"],
});

/** A filter by id. */
export const UuidQuery = Type.String({ format: "uuid" });

export const TimeBound = Type.String({
  description: "RFC 3339, or an integer whose digits tell the unit: s, ms, µs, ns",
});

export function nullable<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/** A list's answer: `{"data": {"<plural>": […]}, "pagination": …}`. */
export function listOf<Plural extends string, Item extends TSchema>(plural: Plural, item: Item) {
  return Type.Object({
    data: Type.Object({ [plural]: Type.Array(item) } as Record<
      Plural,
      ReturnType<typeof Type.Array<Item>>
    >),
    pagination: Pagination,
  });
}

/** A path that ends in an id. Any text may stand there: what is no UUID is simply not there. */
export const IdParams = Type.Object({ id: Type.String({ format: "uuid" }) });

/**
 * An id from a path, in the spelling that is stored.
 * @param what the resource, for the sentence, e.g. `event sink`.
 */
export function readId(text: string, what: string): string {
  if (isUuid(text)) return text.toLowerCase();
  throw notFound(what, text);
}

/** Refuses a body whose id is not the one in the path. */
export function requireSameId(inBody: string, inPath: string): void {
  if (inBody.toLowerCase() === inPath.toLowerCase()) return;
  throw new ApiError(
    "id_mismatch",
    `\`id\` is \`${inBody.slice(0, 100)}\`, but the path names \`${inPath.slice(0, 100)}\`: send the same id in both.`,
    { details: [{ path: "id", message: "Not the id in the path." }] },
  );
}

export function notFound(what: string, id: string): ApiError {
  return new ApiError(
    "not_found",
    `There is no ${what} \`${id.slice(0, 100)}\` that this key reaches: check the id, and whose key it is.`,
  );
}

/** The 404 of a tenant that is not there, with the cure. */
export function unknownTenant(tenantId: string): ApiError {
  return new ApiError(
    "unknown_tenant",
    `There is no tenant \`${tenantId}\`: make it with POST /v1/tenant {"tenant_id": "${tenantId}"}, ` +
      "or by making its first event sink, each with the operator key. Nothing was stored.",
    { details: [{ path: "tenant_id", message: "No such tenant." }] },
  );
}
