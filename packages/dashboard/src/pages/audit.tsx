import { usePages } from "../api.ts";
import { Empty, Failure, Loading, PageTitle } from "../parts/notices.tsx";
import { More, Rows } from "../parts/rows.tsx";
import { Time } from "../parts/time.tsx";
import { useTenant } from "../tenant.ts";

export default function Audit() {
  const tenant = useTenant();
  const listed = usePages("GET /v1/audit", { tenant_id: tenant ?? "" });
  const entries = listed.data?.pages.flatMap(({ data }) => data.audit_entries) ?? [];
  return (
    <>
      <PageTitle title="Audit log" />
      {listed.isError ? (
        <Failure error={listed.error} onRetry={() => void listed.refetch()} />
      ) : null}
      {listed.isPending ? <Loading /> : null}
      {listed.isSuccess && entries.length === 0 ? <Empty title="Nothing was changed yet" /> : null}
      {entries.length === 0 ? null : (
        <Rows label="Audit log" columns={["When", "What", "Which", "Fields", "Who", "From"]}>
          {entries.map((entry) => (
            <tr key={entry.id}>
              <td>
                <Time at={entry.at} />
              </td>
              <td>{entry.action}</td>
              <td className="wrap">
                {entry.name ?? <span className="mono">{entry.resource_id}</span>}
              </td>
              <td>{entry.fields.join(", ")}</td>
              <td>
                {entry.actor.role} by {entry.actor.via}
              </td>
              <td className="mono">{entry.address}</td>
            </tr>
          ))}
        </Rows>
      )}
      <More {...listed} />
    </>
  );
}
