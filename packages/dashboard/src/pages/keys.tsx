import { Button, SegmentedControl, Stack } from "@mantine/core";
import { useState } from "react";
import { type ApiKey, usePages } from "../api.ts";
import { LongRows } from "../parts/long-rows.tsx";
import { NewKey } from "../parts/new-key.tsx";
import { Empty, NoTenant, PageTitle } from "../parts/notices.tsx";
import { Panel } from "../parts/panel.tsx";
import { RevokeKey } from "../parts/revoke-key.tsx";
import type { Column } from "../parts/rows.tsx";
import { Ago, Time } from "../parts/time.tsx";
import { useSession } from "../session.tsx";
import { useTenant } from "../tenant.ts";

const columns: readonly Column<ApiKey>[] = [
  { head: "Name", isMain: true, cell: ({ name }) => name },
  { head: "Key", width: 9, cell: ({ prefix }) => <span className="mono">{prefix}…</span> },
  { head: "May", width: 15, cell: ({ scopes }) => scopes.join(", ") },
  {
    head: "Last used",
    width: 8,
    cell: ({ last_used_at: at }) => (at === null ? "never" : <Ago at={at} />),
  },
  {
    head: "Expires",
    width: 10,
    cell: ({ expires_at: at }) => (at === null ? "never" : <Time at={at} />),
  },
  { head: "", width: 7, isBare: true, cell: (apiKey) => <RevokeKey apiKey={apiKey} /> },
];

export default function Keys() {
  const tenant = useTenant();
  const { session } = useSession();
  const isOperator = session.role === "operator";
  const [whose, setWhose] = useState<"tenant" | "operator">(
    tenant === null ? "operator" : "tenant",
  );
  const [isMaking, setMaking] = useState(false);
  if (tenant === null && !isOperator) return <NoTenant />;
  const of = whose === "operator" ? null : tenant;
  return (
    <>
      <PageTitle title="API keys">
        {isOperator && tenant !== null ? (
          <SegmentedControl
            size="xs"
            aria-label="Whose keys"
            value={whose}
            onChange={(value) => setWhose(value as "tenant" | "operator")}
            data={[
              { value: "tenant", label: tenant },
              { value: "operator", label: "Operator: all tenants" },
            ]}
          />
        ) : null}
        <Button onClick={() => setMaking(true)}>Make a key</Button>
      </PageTitle>
      <Stack>
        <NewKey key={whose} tenant={of} isOpen={isMaking} onClose={() => setMaking(false)} />
        <KeyList key={whose} tenant={of} />
      </Stack>
    </>
  );
}

function KeyList({ tenant }: { readonly tenant: string | null }) {
  const listed = usePages("GET /v1/api_key", tenant === null ? {} : { tenant_id: tenant });
  return (
    <Panel title={tenant === null ? "Operator's keys" : `Keys of ${tenant}`} isFlush>
      <LongRows
        label="API keys"
        columns={columns}
        rows={listed.data?.pages.flatMap(({ data }) => data.api_keys) ?? []}
        listed={listed}
        idOf={({ id }) => id}
        empty={
          <Empty title="No key here yet">
            Make one for each program that sends alerts, with only the scopes it needs.
          </Empty>
        }
      />
    </Panel>
  );
}
