import { Button, CopyButton, Group, Stack, Text } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { type Alert, useCall } from "../api.ts";
import { AlertDelivery } from "../parts/alert-delivery.tsx";
import { Severity } from "../parts/badges.tsx";
import { CodeBlock } from "../parts/code.tsx";
import { curlOf } from "../parts/curl.ts";
import { Facts } from "../parts/facts.tsx";
import { Empty, Failure, Loading, PageTitle } from "../parts/notices.tsx";
import { Panel } from "../parts/panel.tsx";
import { Preview } from "../parts/preview.tsx";
import { Results } from "../parts/results.tsx";
import { Time } from "../parts/time.tsx";

const settled: readonly string[] = ["delivered", "failed", "superseded", "canceled"];

export default function AlertPage() {
  const { uid = "" } = useParams({ strict: false });
  const asked = useCall(
    "GET /v1/alert/{uid}",
    { path: { uid } },
    {
      refreshMs: (last) =>
        last?.deliveries.every(({ state }) => settled.includes(state)) ? false : 2_000,
    },
  );
  if (asked.isError) return <Failure error={asked.error} onRetry={() => void asked.refetch()} />;
  if (asked.data === undefined) return <Loading />;
  const { alert, deliveries } = asked.data;
  const body = alert.body as Readonly<Record<string, unknown>>;
  return (
    <Stack>
      <PageTitle title={alert.name}>
        <CopyButton value={curlOf("POST", "/v1/alert", body)}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? "Copied" : "Copy as curl"}
            </Button>
          )}
        </CopyButton>
      </PageTitle>
      <Panel title="Alert">
        <AlertFacts alert={alert} body={body} />
      </Panel>
      <Results table={body["results_table"]} />
      <Panel title="Deliveries" isFlush>
        {deliveries.map((delivery) => (
          <AlertDelivery key={delivery.id} delivery={delivery} isOpen={deliveries.length === 1} />
        ))}
        {deliveries.length === 0 ? <NoDeliveries isStaging={alert.staging} /> : null}
      </Panel>
      <Panel title="As each platform shows it">
        <Preview tenantId={alert.tenant_id} body={body} />
      </Panel>
      <Panel title="As it came">
        <CodeBlock label="The alert as it came" text={JSON.stringify(body, null, 2)} />
      </Panel>
    </Stack>
  );
}

function AlertFacts(props: {
  readonly alert: Alert;
  readonly body: Readonly<Record<string, unknown>>;
}) {
  const { alert, body } = props;
  const tenant = alert.tenant_id;
  const text = (name: string) => (typeof body[name] === "string" ? body[name] : null);
  const rule = text("detection_rule_id");
  const tags = Array.isArray(body["tags"]) ? body["tags"].map(String) : [];
  return (
    <Stack gap="sm">
      {text("description") === null ? null : (
        <Text size="md" className="wrap">
          {text("description")}
        </Text>
      )}
      <Facts
        of={[
          ["Severity", <Severity key="severity" name={alert.severity} />],
          ["Action", alert.action],
          ["Received", <Time key="received" at={alert.received_at} />],
          [
            "Dedup key",
            <Link key="key" to="/alerts" search={{ tenant, key: alert.dedup_key }} className="mono">
              {alert.dedup_key}
            </Link>,
          ],
          [
            "Rule",
            rule === null ? null : (
              <Link key="rule" to="/alerts" search={{ tenant, rule }} className="mono">
                {rule}
              </Link>
            ),
          ],
          [
            "Tags",
            tags.length === 0 ? null : (
              <Group key="tags" gap="0 0.75rem">
                {tags.map((tag) => (
                  <Link key={tag} to="/alerts" search={{ tenant, tag }}>
                    {tag}
                  </Link>
                ))}
              </Group>
            ),
          ],
          [
            "Query",
            text("query_text") === null ? null : (
              <span key="query" className="mono">
                {text("query_text")}
              </span>
            ),
          ],
          [
            "Id",
            <span key="id" className="mono">
              {alert.id}
            </span>,
          ],
        ]}
      />
    </Stack>
  );
}

function NoDeliveries({ isStaging }: { readonly isStaging: boolean }) {
  return (
    <Empty title="It goes nowhere">
      {isStaging
        ? "It came with staging: true, so it is recorded and not delivered."
        : "It came when there was no event sink, or for none."}
    </Empty>
  );
}
