import { Button, Code, CopyButton, Group, Stack, Table, Text, Title } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { useCall } from "../api.ts";
import { Severity } from "../parts/badges.tsx";
import { DeliveryList } from "../parts/delivery-list.tsx";
import { Failure, Loading, PageTitle } from "../parts/notices.tsx";
import { Preview } from "../parts/preview.tsx";
import { Time } from "../parts/time.tsx";

interface ResultsTable {
  readonly columns: readonly unknown[];
  readonly rows: readonly (readonly unknown[])[];
}

export default function AlertPage() {
  const { uid = "" } = useParams({ strict: false });
  const asked = useCall("GET /v1/alert/{uid}", { path: { uid } });
  if (asked.isError) return <Failure error={asked.error} onRetry={() => void asked.refetch()} />;
  if (asked.data === undefined) return <Loading />;
  const { alert } = asked.data;
  const body = alert.body as Readonly<Record<string, unknown>>;
  const curl = `curl ${window.location.origin}/v1/alert -H "Authorization: Bearer $API_KEY" -H "Content-Type: application/json" -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`;
  return (
    <Stack gap="lg">
      <PageTitle title={alert.name}>
        <CopyButton value={curl}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? "Copied" : "Copy as curl"}
            </Button>
          )}
        </CopyButton>
      </PageTitle>
      <Group>
        <Severity name={alert.severity} />
        <Text size="sm">
          {alert.action}, received <Time at={alert.received_at} />
        </Text>
        <Text size="sm">
          Key{" "}
          <Link
            to="/alerts"
            search={{ tenant: alert.tenant_id, key: alert.dedup_key }}
            className="mono"
          >
            {alert.dedup_key}
          </Link>
        </Text>
      </Group>
      {typeof body["description"] === "string" ? (
        <Text className="wrap">{body["description"]}</Text>
      ) : null}
      <Results table={body["results_table"]} />
      <section>
        <Title order={2} size="h5" mb="xs">
          Deliveries
        </Title>
        <DeliveryList name="sink" query={{ tenant_id: alert.tenant_id, alert_uid: alert.uid }} />
      </section>
      <section>
        <Title order={2} size="h5" mb="xs">
          As each platform shows it
        </Title>
        <Preview tenantId={alert.tenant_id} body={body} />
      </section>
      <section>
        <Title order={2} size="h5" mb="xs">
          As it came
        </Title>
        <Code
          block
          tabIndex={0}
          mah={480}
          style={{ overflow: "auto", whiteSpace: "pre-wrap" }}
          className="wrap"
        >
          {JSON.stringify(body, null, 2)}
        </Code>
      </section>
    </Stack>
  );
}

/** What a detection found, where the alert brings it in the known form. */
function Results({ table }: { readonly table: unknown }) {
  const { columns, rows } = (table ?? {}) as Partial<ResultsTable>;
  if (!Array.isArray(columns) || !Array.isArray(rows) || rows.length === 0) return null;
  const show = (cell: unknown) => (typeof cell === "string" ? cell : JSON.stringify(cell));
  return (
    <Table.ScrollContainer
      minWidth={400}
      type="native"
      tabIndex={0}
      role="region"
      aria-label="Results"
    >
      <Table withTableBorder>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns have no other identity
              <Table.Th key={index} scope="col">
                {show(column)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.slice(0, 100).map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other identity
            <Table.Tr key={index}>
              {(Array.isArray(row) ? row : []).map((cell, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: nor have cells
                <Table.Td key={at} className="mono">
                  {show(cell)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
