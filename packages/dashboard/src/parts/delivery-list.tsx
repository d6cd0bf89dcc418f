import { Link } from "@tanstack/react-router";
import { usePages } from "../api.ts";
import { State } from "./badges.tsx";
import { Empty, Failure, Loading } from "./notices.tsx";
import { More, Rows } from "./rows.tsx";
import { Time } from "./time.tsx";

/** Deliveries by a filter, newest first. */
export function DeliveryList({
  query,
}: {
  readonly query: Readonly<Record<string, string | undefined>>;
}) {
  const listed = usePages("GET /v1/delivery", query, 5_000);
  if (listed.isError) return <Failure error={listed.error} onRetry={() => void listed.refetch()} />;
  if (listed.data === undefined) return <Loading />;
  const deliveries = listed.data.pages.flatMap(({ data }) => data.deliveries);
  if (deliveries.length === 0 && !listed.hasNextPage) return <Empty title="No deliveries here" />;
  return (
    <>
      <Rows
        label="Deliveries"
        columns={["State", "Dedup key", "Action", "Reason", "Attempts", "Next try", "Made"]}
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
                {delivery.dedup_key}
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
