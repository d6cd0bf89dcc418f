import { Link } from "@tanstack/react-router";
import { useCall } from "../api.ts";
import { alertColumns } from "./alert-columns.tsx";
import { Panel } from "./panel.tsx";
import { Rows, WaitingRows } from "./rows.tsx";

const shownMax = 8;

export function NewestAlerts({ tenant }: { readonly tenant: string }) {
  const query = { tenant_id: tenant, "pagination[page_size]": shownMax };
  const alerts = useCall("GET /v1/alert", { query }, { refreshMs: 5_000 }).data?.data.alerts;
  const all = (
    <Link to="/alerts" search={{ tenant }}>
      All alerts
    </Link>
  );
  return (
    <Panel title="Newest alerts" aside={all} isFlush>
      {alerts === undefined ? (
        <WaitingRows count={shownMax} />
      ) : (
        <Rows label="Newest alerts" columns={alertColumns} rows={alerts} idOf={({ uid }) => uid} />
      )}
    </Panel>
  );
}
