import { Button, Group, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useChange } from "../api.ts";
import { Failure } from "./notices.tsx";

/** Makes a tenant, and goes there. */
export function AddTenant() {
  const create = useChange("POST /v1/tenant");
  const navigate = useNavigate();
  const [id, setId] = useState("");
  async function add(event: FormEvent) {
    event.preventDefault();
    const { tenant } = await create.mutateAsync({ body: { tenant_id: id } });
    await navigate({ to: "/", search: { tenant: tenant.id } });
  }
  return (
    <form onSubmit={(event) => void add(event).catch(() => undefined)}>
      <Group align="flex-end">
        <TextInput
          label="Its id"
          placeholder="acme"
          required
          value={id}
          w={280}
          onChange={(event) => setId(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={create.isPending}>
          Add the tenant
        </Button>
      </Group>
      {create.isError ? <Failure error={create.error} /> : null}
    </form>
  );
}
