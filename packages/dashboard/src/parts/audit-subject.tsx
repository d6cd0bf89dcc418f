import { Link } from "@tanstack/react-router";
import type { AuditEntry } from "../api.ts";

/** What an entry is about; a way there where there is a page of it. */
export function AuditSubject({ entry }: { readonly entry: AuditEntry }) {
  const { action, resource_id: id, name, tenant_id } = entry;
  const text = name ?? <span className="mono">{id}</span>;
  const search = { tenant: tenant_id ?? undefined };
  const [resource] = action.split(".");
  if (action === "event_sink.deleted") return text;
  if (resource === "event_sink" || resource === "signing_secret") {
    return (
      <Link to="/sinks/$id" params={{ id }} search={search}>
        {text}
      </Link>
    );
  }
  if (resource === "delivery") {
    return (
      <Link to="/deliveries/$id" params={{ id }} search={search}>
        {text}
      </Link>
    );
  }
  return text;
}
