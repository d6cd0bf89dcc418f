import { Group, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { useFilters } from "./filters.tsx";

const choices = [
  { value: "1h", label: "Last hour" },
  { value: "24h", label: "Last 24 hours" },
  { value: "7d", label: "Last 7 days" },
  { value: "30d", label: "Last 30 days" },
  { value: "between", label: "Between…" },
];

/** A stretch of time: counted back from now, or from one instant to another. */
export function TimeFilter({ label = "Received" }: { readonly label?: string }) {
  const { search, set } = useFilters();
  const { since, until } = search;
  const isExact = until !== undefined || (since !== undefined && !/^\d+[hd]$/.test(since));
  const [wantsExact, setWantsExact] = useState(false);
  const value = isExact || wantsExact ? "between" : (since ?? null);
  function choose(chosen: string | null) {
    setWantsExact(chosen === "between");
    set({ since: chosen === "between" ? undefined : (chosen ?? undefined), until: undefined });
  }
  return (
    <Group gap="sm" align="flex-end" w={{ base: "100%", xs: "auto" }}>
      <Select
        label={label}
        placeholder="Any time"
        data={choices}
        value={value}
        onChange={choose}
        clearable
        w={{ base: "calc(50% - 0.5rem)", xs: 150 }}
      />
      {value === "between" ? (
        <>
          <Instant label="From" value={since} onChange={(at) => set({ since: at })} />
          <Instant label="To" value={until} onChange={(at) => set({ until: at })} />
        </>
      ) : null}
    </Group>
  );
}

/** Typed in the viewer's zone, kept in UTC. */
function Instant(props: {
  readonly label: string;
  readonly value: string | undefined;
  readonly onChange: (at: string | undefined) => void;
}) {
  const { label, value, onChange } = props;
  return (
    <TextInput
      type="datetime-local"
      label={label}
      value={value === undefined ? "" : inZone(new Date(value))}
      onChange={({ currentTarget }) => {
        const at = new Date(currentTarget.value);
        onChange(Number.isNaN(at.getTime()) ? undefined : at.toISOString());
      }}
    />
  );
}

/** As the browser's input writes it. */
function inZone(at: Date): string {
  if (Number.isNaN(at.getTime())) return "";
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
