import type { CallInput } from "@event-sinks/client";
import { SegmentedControl, Stack, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useCall, useChange } from "../api.ts";
import { Failure, Loading, PageTitle } from "../parts/notices.tsx";
import { SinkForm } from "../parts/sink-form.tsx";
import { readSinkTypes } from "../sink-fields.ts";
import { useTenant } from "../tenant.ts";

type CreateBody = NonNullable<CallInput<"POST /v1/event_sink">["body"]>;

export default function NewSink() {
  const tenant = useTenant();
  const navigate = useNavigate();
  const asked = useCall("GET /openapi.json");
  const create = useChange("POST /v1/event_sink");
  const [wireName, setWireName] = useState("Webhook");
  const [newTenant, setNewTenant] = useState("");
  if (asked.isError) return <Failure error={asked.error} />;
  if (asked.data === undefined) return <Loading />;
  const types = readSinkTypes(asked.data, "post");
  const type = types.find((each) => each.wireName === wireName) ?? types[0];
  if (type === undefined) return null;
  const tenantId = tenant ?? newTenant;
  return (
    <Stack>
      <PageTitle title="Add an event sink" />
      {tenant === null ? (
        <TextInput
          label="Tenant"
          description="Whose alerts these are: any id you like. It is made with the sink."
          placeholder="acme"
          required
          maw={620}
          value={newTenant}
          onChange={(event) => setNewTenant(event.currentTarget.value)}
        />
      ) : null}
      <SegmentedControl
        aria-label="Sink type"
        value={type.wireName}
        onChange={setWireName}
        data={types.map((each) => ({ value: each.wireName, label: each.title }))}
        maw={620}
        orientation="horizontal"
        style={{ flexWrap: "wrap" }}
      />
      <SinkForm
        key={type.wireName}
        type={type}
        name=""
        description=""
        values={{}}
        action="Add the sink"
        save={async (draft) => {
          const body = { tenant_id: tenantId, ...draft } as CreateBody;
          const { event_sink } = await create.mutateAsync({ body });
          await navigate({
            to: "/sinks/$id",
            params: { id: event_sink.id },
            search: { tenant: tenantId },
          });
        }}
      />
    </Stack>
  );
}
