import type { CallInput } from "@event-sinks/client";
import { Button, Group, MultiSelect, NumberInput, SimpleGrid, Stack, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { type Tenant, useChange } from "../api.ts";
import { useSinkNames } from "../sink-names.ts";
import { Failure } from "./notices.tsx";

type Body = NonNullable<CallInput<"PUT /v1/tenant/{id}">["body"]>;

const limits = [
  { name: "alerts_per_second", label: "Alerts a second" },
  { name: "bytes_per_second", label: "Bytes a second" },
  { name: "event_sinks", label: "Event sinks" },
] as const;

/** What an operator sets for a tenant: how long things are kept, how much may come, who is told. */
export function TenantForm({ tenant }: { readonly tenant: Tenant }) {
  const update = useChange("PUT /v1/tenant/{id}");
  const sinkNames = useSinkNames();
  const [days, setDays] = useState<number | string>(tenant.retention_days ?? "");
  const [wanted, setWanted] = useState<Readonly<Record<string, number | string>>>(
    Object.fromEntries(limits.map(({ name }) => [name, tenant.limits?.[name] ?? ""])),
  );
  const [told, setTold] = useState([...(tenant.operational_event_sink_ids ?? [])]);
  const orNull = (value: number | string | undefined) =>
    value === "" || value === undefined ? null : Number(value);
  async function save(event: FormEvent) {
    event.preventDefault();
    const body: Body = {
      retention_days: orNull(days),
      limits: Object.fromEntries(limits.map(({ name }) => [name, orNull(wanted[name])])),
      operational_event_sink_ids: told,
    };
    await update.mutateAsync({ path: { id: tenant.id }, body });
  }
  return (
    <form onSubmit={(event) => void save(event).catch(() => undefined)}>
      <Stack maw={620}>
        <NumberInput
          label="Days that settled alerts are kept"
          description="Empty: as EVENT_SINKS_RETENTION_DAYS says."
          min={1}
          max={3_650}
          value={days}
          onChange={setDays}
        />
        <SimpleGrid cols={{ base: 1, xs: 3 }}>
          {limits.map(({ name, label }) => (
            <NumberInput
              key={name}
              label={label}
              placeholder="No limit"
              min={name === "event_sinks" ? 0 : 1}
              thousandSeparator
              value={wanted[name] ?? ""}
              onChange={(value) => setWanted({ ...wanted, [name]: value })}
            />
          ))}
        </SimpleGrid>
        <MultiSelect
          label="Who is told when a sink breaks"
          description="None: the tenant's other sinks that work."
          data={[...sinkNames].map(([value, label]) => ({ value, label }))}
          value={told}
          onChange={setTold}
          searchable
        />
        {update.isError ? <Failure error={update.error} /> : null}
        <Group>
          <Button type="submit" loading={update.isPending}>
            Save
          </Button>
          <Text role="status" c="dimmed">
            {update.isSuccess ? "Saved" : ""}
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
