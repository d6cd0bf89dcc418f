import { useNavigate, useSearch } from "@tanstack/react-router";
import { createContext, useContext } from "react";
import { useCall } from "./api.ts";
import { useSession } from "./session.tsx";

export const TenantContext = createContext<string | null>(null);

/** Whose data the pages show; null while there is no tenant yet. */
export function useTenant(): string | null {
  return useContext(TenantContext);
}

/**
 * The tenant that is shown: a tenant's key has one; an operator's the one in the address, else the
 * first.
 */
export function useTenantChoice() {
  const { session } = useSession();
  const { tenant } = useSearch({ strict: false });
  const navigate = useNavigate();
  const isOperator = session.tenant_id === null;
  const listed = useCall(
    "GET /v1/tenant",
    { query: { "pagination[page_size]": 1000 } },
    { isEnabled: isOperator },
  );
  const choices = listed.data?.data.tenants.map(({ id }) => id) ?? [];
  const tenantId = session.tenant_id ?? tenant ?? choices[0] ?? null;
  return {
    tenantId,
    isKnown: !isOperator || !listed.isPending,
    /** Null where there is nothing to choose. */
    choices: isOperator ? choices : null,
    choose: (id: string) => void navigate({ to: ".", search: { tenant: id } }),
  };
}
