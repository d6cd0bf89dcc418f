import { Paper } from "@mantine/core";
import { type AuditEntry, usePages } from "../api.ts";
import { useChoices } from "../described.ts";
import { useBound } from "../now.ts";
import { AuditSubject } from "../parts/audit-subject.tsx";
import { ChoiceFilter, Filters, TextFilter, useFilters } from "../parts/filters.tsx";
import { LongRows } from "../parts/long-rows.tsx";
import { Empty, PageTitle } from "../parts/notices.tsx";
import type { Column } from "../parts/rows.tsx";
import { Time } from "../parts/time.tsx";
import { TimeFilter } from "../parts/time-filter.tsx";
import { useTenant } from "../tenant.ts";

const columns: readonly Column<AuditEntry>[] = [
  { head: "When", width: 9.5, isBare: true, cell: ({ at }) => <Time at={at} /> },
  {
    head: "What",
    width: 11,
    isMain: true,
    cell: ({ action }) => action.replaceAll("_", " ").replace(".", " "),
  },
  { head: "Which", isBare: true, cell: (entry) => <AuditSubject entry={entry} /> },
  { head: "Fields", width: 11, cell: ({ fields }) => fields.join(", ") },
  { head: "Who", width: 10, cell: ({ actor }) => `${actor.role} by ${actor.via}` },
  { head: "From", width: 8, cell: ({ address }) => <span className="mono">{address}</span> },
];

export default function Audit() {
  const tenant = useTenant();
  const { search } = useFilters();
  const actions = useChoices("AuditEntry", "action");
  const since = useBound(search.since);
  const until = useBound(search.until);
  const { action, resource, by } = search;
  const filter = { action, resource_id: resource, api_key_id: by, since, until };
  // An operator without a tenant yet sees what was done for none.
  const whose = tenant === null ? {} : { tenant_id: tenant };
  const listed = usePages("GET /v1/audit", { ...whose, ...filter });
  const isFiltered = Object.values(filter).some(Boolean);
  return (
    <>
      <PageTitle title="Audit log" />
      <Filters main={{ name: "resource", label: "Id of which" }}>
        <ChoiceFilter name="action" label="What" choices={actions} width={200} />
        <TextFilter name="by" label="Id of the API key" />
        <TimeFilter label="When" />
      </Filters>
      <Paper withBorder className="panel">
        <LongRows
          label="Audit log"
          columns={columns}
          rows={listed.data?.pages.flatMap(({ data }) => data.audit_entries) ?? []}
          listed={listed}
          idOf={({ id }) => id}
          empty={
            isFiltered ? (
              <Empty title="Nothing is like that">Take a filter away.</Empty>
            ) : (
              <Empty title="Nothing was changed yet" />
            )
          }
        />
      </Paper>
    </>
  );
}
