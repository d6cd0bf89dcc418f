import type { TenantId } from "../ids.ts";

/** Source of a regular expression, so that schemas can use it too. */
export const tenantIdPattern = "^[A-Za-z0-9._:-]{1,128}$";

/** What a tenant id must be, to follow "must be". */
export const tenantIdRule = "a string of 1 to 128 of the characters A-Z a-z 0-9 . _ : -";

const tenantId = new RegExp(tenantIdPattern);

export function isTenantId(text: string): text is TenantId {
  return tenantId.test(text);
}
