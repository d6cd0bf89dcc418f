import type { CallInput } from "@event-sinks/client";
import { Alert, Button, Checkbox, Code, Group, Stack, TextInput, Title } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useChange, usePages } from "../api.ts";
import { Empty, Failure, PageTitle } from "../parts/notices.tsx";
import { More, Rows } from "../parts/rows.tsx";
import { Time } from "../parts/time.tsx";
import { useSession } from "../session.tsx";
import { useTenant } from "../tenant.ts";

type Body = NonNullable<CallInput<"POST /v1/api_key">["body"]>;

export default function Keys() {
  const tenant = useTenant();
  const listed = usePages("GET /v1/api_key", { tenant_id: tenant ?? "" });
  const revoke = useChange("DELETE /v1/api_key/{id}");
  if (tenant === null) return <Empty title="No tenant yet">Add an event sink first.</Empty>;
  const keys = listed.data?.pages.flatMap(({ data }) => data.api_keys) ?? [];
  return (
    <Stack gap="lg">
      <PageTitle title="API keys" />
      {listed.isError ? <Failure error={listed.error} /> : null}
      {revoke.isError ? <Failure error={revoke.error} /> : null}
      {keys.length === 0 ? <Empty title="No key of this tenant" /> : null}
      {keys.length === 0 ? null : (
        <Rows label="API keys" columns={["Name", "Key", "Scopes", "Last used", "Expires", ""]}>
          {keys.map((key) => (
            <tr key={key.id}>
              <td className="wrap">{key.name}</td>
              <td className="mono">{key.prefix}…</td>
              <td>{key.scopes.join(", ")}</td>
              <td>
                <Time at={key.last_used_at} />
              </td>
              <td>
                <Time at={key.expires_at} />
              </td>
              <td>
                <Button
                  size="xs"
                  variant="default"
                  onClick={() => revoke.mutate({ path: { id: key.id } })}
                  aria-label={`Revoke ${key.name}`}
                >
                  Revoke
                </Button>
              </td>
            </tr>
          ))}
        </Rows>
      )}
      <More {...listed} />
      <NewKey tenant={tenant} />
    </Stack>
  );
}

function NewKey({ tenant }: { readonly tenant: string }) {
  const { session } = useSession();
  const create = useChange("POST /v1/api_key");
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>(["alerts:write"]);
  async function make(event: FormEvent) {
    event.preventDefault();
    const body = { tenant_id: tenant, name, scopes } as Body;
    await create.mutateAsync({ body });
    setName("");
  }
  return (
    <section>
      <Title order={2} size="h5" mb="xs">
        Make a key
      </Title>
      <form onSubmit={(event) => void make(event).catch(() => undefined)}>
        <Stack maw={620}>
          <TextInput
            label="Name"
            required
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Checkbox.Group label="What it may do" value={scopes} onChange={setScopes}>
            <Group mt="xs">
              {session.scopes.map((scope) => (
                <Checkbox key={scope} value={scope} label={scope} />
              ))}
            </Group>
          </Checkbox.Group>
          <Group>
            <Button type="submit" loading={create.isPending}>
              Make the key
            </Button>
          </Group>
          {create.isError ? <Failure error={create.error} /> : null}
          {create.data === undefined ? null : (
            <Alert color="green" title="Copy it now: it is not shown again" role="status">
              <Code className="wrap">{create.data.api_key.key}</Code>
            </Alert>
          )}
        </Stack>
      </form>
    </section>
  );
}
