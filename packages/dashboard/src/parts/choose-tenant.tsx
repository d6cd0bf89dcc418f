import { Select, Text } from "@mantine/core";

/** For operators, whose tenant is shown; for a tenant's key, its name. */
export function ChooseTenant(props: {
  readonly tenantId: string | null;
  readonly choices: readonly string[] | null;
  readonly choose: (tenantId: string) => void;
}) {
  const { tenantId, choices, choose } = props;
  if (choices === null) return <Text className="mono">{tenantId}</Text>;
  const known = tenantId === null || choices.includes(tenantId) ? choices : [tenantId, ...choices];
  return (
    <Select
      aria-label="Tenant"
      placeholder="No tenant yet"
      data={[...known]}
      value={tenantId}
      onChange={(chosen) => chosen !== null && choose(chosen)}
      allowDeselect={false}
      searchable
      w={{ base: 150, sm: 220 }}
    />
  );
}
