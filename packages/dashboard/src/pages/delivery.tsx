import { Stack } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { useCall } from "../api.ts";
import { DeliveryHistory, DeliveryNote } from "../parts/alert-delivery.tsx";
import { State } from "../parts/badges.tsx";
import { Facts } from "../parts/facts.tsx";
import { Failure, Loading, PageTitle } from "../parts/notices.tsx";
import { Panel } from "../parts/panel.tsx";
import { Time } from "../parts/time.tsx";
import { useSinkNames } from "../sink-names.ts";

export default function DeliveryPage() {
  const { id = "" } = useParams({ strict: false });
  const asked = useCall("GET /v1/delivery/{id}", { path: { id } }, { refreshMs: 3_000 });
  const uid = asked.data?.delivery.alert_uid ?? "";
  const alert = useCall("GET /v1/alert/{uid}", { path: { uid } }, { isEnabled: uid !== "" });
  const sinkNames = useSinkNames();
  if (asked.isError) return <Failure error={asked.error} onRetry={() => void asked.refetch()} />;
  if (asked.data === undefined) return <Loading />;
  const { delivery } = asked.data;
  const search = { tenant: delivery.tenant_id };
  const sinkName = sinkNames.get(delivery.event_sink_id) ?? "a deleted sink";
  return (
    <Stack>
      <PageTitle title={`Delivery to ${sinkName}`} />
      <Panel title="Delivery">
        <Facts
          of={[
            ["State", <State key="state" name={delivery.state} />],
            [
              "Why",
              delivery.state === "delivered" ? null : (
                <DeliveryNote key="why" delivery={delivery} />
              ),
            ],
            [
              "Alert",
              <Link key="alert" to="/alerts/$uid" params={{ uid }} search={search}>
                {alert.data?.alert.name ?? uid}
              </Link>,
            ],
            [
              "Event sink",
              <Link
                key="sink"
                to="/sinks/$id"
                params={{ id: delivery.event_sink_id }}
                search={search}
              >
                {sinkName}
              </Link>,
            ],
            ["Action", delivery.action],
            [
              "Dedup key",
              <span key="key" className="mono">
                {delivery.dedup_key}
              </span>,
            ],
            ["Made", <Time key="made" at={delivery.created_at} />],
            [
              "Sent again",
              delivery.replayed_at === undefined ? null : (
                <Time key="again" at={delivery.replayed_at} />
              ),
            ],
            [
              "Id",
              <span key="id" className="mono">
                {delivery.id}
              </span>,
            ],
          ]}
        />
      </Panel>
      <Panel title="Attempts">
        <DeliveryHistory id={id} />
      </Panel>
    </Stack>
  );
}
