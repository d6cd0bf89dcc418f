import { Link } from "@tanstack/react-router";
import { useCall, usePages } from "../api.ts";
import { State } from "./badges.tsx";
import { Empty, Failure, Loading } from "./notices.tsx";
import { More, Rows } from "./rows.tsx";
import { Time } from "./time.tsx";

interface DeliveryListProps {
  readonly query: Readonly<Record<string, string | undefined>>;
  /** What tells the rows apart: the sinks of one alert, or the dedup keys of one sink. */
  readonly name?: "sink" | "dedup key";
}

/** Deliveries by a filter, newest first. */
export function DeliveryList({ query, name = "dedup key" }: DeliveryListProps) {
  const sinkNames = useSinkNames(name === "sink" ? query["tenant_id"] : undefined);
  const listed = usePages("GET /v1/delivery", query, 5_000);
  if (listed.isError) return <Failure error={listed.error} onRetry={() => void listed.refetch()} />;
  if (listed.data === undefined) return <Loading />;
  const deliveries = listed.data.pages.flatMap(({ data }) => data.deliveries);
  if (deliveries.length === 0 && !listed.hasNextPage) return <Empty title="No deliveries here" />;
  return (
    <>
      <Rows
        label="Deliveries"
        columns={[
          "State",
          name === "sink" ? "Event sink" : "Dedup key",
          "Action",
          "Reason",
          "Attempts",
          "Next try",
          "Made",
        ]}
      >
        {deliveries.map((delivery) => (
          <tr key={delivery.id}>
            <td>
              <State name={delivery.state} />
            </td>
            <td className="wrap">
              <Link
                data-row
                to="/deliveries/$id"
                params={{ id: delivery.id }}
                search={{ tenant: delivery.tenant_id }}
              >
                {sinkNames.get(delivery.event_sink_id) ?? delivery.dedup_key}
              </Link>
            </td>
            <td>{delivery.action}</td>
            <td>{delivery.reason ?? "–"}</td>
            <td>{delivery.attempt_count}</td>
            <td>
              <Time at={delivery.next_try_at} />
            </td>
            <td>
              <Time at={delivery.created_at} />
            </td>
          </tr>
        ))}
      </Rows>
      <More {...listed} />
    </>
  );
}

/** Of a tenant's sinks, by id. */
function useSinkNames(tenantId: string | undefined): ReadonlyMap<string, string> {
  const query = { tenant_id: tenantId ?? "", "pagination[page_size]": 1000 };
  const asked = useCall("GET /v1/event_sink", { query }, { isEnabled: tenantId !== undefined });
  return new Map(asked.data?.data.event_sinks.map(({ id, name }) => [id, name]));
}
