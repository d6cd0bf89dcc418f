import { Stack, Text } from "@mantine/core";
import { useCall } from "../api.ts";
import { AddTenant } from "../parts/add-tenant.tsx";
import { Facts } from "../parts/facts.tsx";
import { Failure, PageTitle } from "../parts/notices.tsx";
import { Panel } from "../parts/panel.tsx";
import { WaitingRows } from "../parts/rows.tsx";
import { TenantForm } from "../parts/tenant-form.tsx";
import { Time } from "../parts/time.tsx";
import { useSession } from "../session.tsx";
import { useTenant } from "../tenant.ts";

export default function Settings() {
  const { session } = useSession();
  const tenant = useTenant();
  const isOperator = session.role === "operator";
  return (
    <>
      <PageTitle title="Settings" />
      <Stack>
        {tenant === null ? null : (
          <Panel title={`Tenant ${tenant}`}>
            {isOperator ? (
              <TenantSettings key={tenant} id={tenant} />
            ) : (
              <Text>Its retention and limits are the operator's to set.</Text>
            )}
          </Panel>
        )}
        {isOperator ? (
          <Panel title="Add a tenant">
            <AddTenant />
          </Panel>
        ) : null}
        <Panel title="Service">
          <ServiceFacts />
        </Panel>
      </Stack>
    </>
  );
}

function TenantSettings({ id }: { readonly id: string }) {
  const asked = useCall("GET /v1/tenant/{id}", { path: { id } });
  if (asked.isError) return <Failure error={asked.error} onRetry={() => void asked.refetch()} />;
  if (asked.data === undefined) return <WaitingRows count={5} />;
  return <TenantForm tenant={asked.data.tenant} />;
}

function ServiceFacts() {
  const { session, service } = useSession();
  const ready = useCall("GET /readyz", {}, { refreshMs: 10_000 });
  const { slack_install: slack, email, require_https: https } = service.features;
  return (
    <Facts
      of={[
        ["Version", service.version],
        [
          "Ready",
          ready.isError ? (
            <Failure key="ready" error={ready.error} onRetry={() => void ready.refetch()} />
          ) : (
            (ready.data?.status ?? "…")
          ),
        ],
        ["Add to Slack", slack ? "yes" : "no: EVENT_SINKS_SLACK_CLIENT_ID and _SECRET are not set"],
        ["E-mail sinks", email ? "yes" : "no: EVENT_SINKS_SMTP_URL is not set"],
        ["Webhook URLs", https ? "https only" : "https or http"],
        ["Signed in as", session.role === "operator" ? "operator" : session.tenant_id],
        ["May", session.scopes.join(", ")],
        ["Signed in until", <Time key="until" at={session.expires_at} />],
        [
          "API",
          <a key="api" href="/openapi.json">
            openapi.json
          </a>,
        ],
      ]}
    />
  );
}
