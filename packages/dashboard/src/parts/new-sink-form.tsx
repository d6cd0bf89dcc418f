import type { CallInput } from "@event-sinks/client";
import { SegmentedControl, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { type EventSink, useCall, useChange } from "../api.ts";
import { readSinkTypes, type SinkTypeFields } from "../sink-fields.ts";
import { useTenant } from "../tenant.ts";
import { CodeBlock } from "./code.tsx";
import { curlOf } from "./curl.ts";
import { Failure } from "./notices.tsx";
import { WaitingRows } from "./rows.tsx";
import { SinkForm } from "./sink-form.tsx";

type CreateBody = NonNullable<CallInput<"POST /v1/event_sink">["body"]>;

/** The form of a new sink, of any type; for somebody's first one it asks for the tenant too. */
export function NewSinkForm(props: { readonly onMade: (sink: EventSink) => unknown }) {
  const tenant = useTenant();
  const asked = useCall("GET /openapi.json");
  const create = useChange("POST /v1/event_sink");
  const [wireName, setWireName] = useState("Webhook");
  const [newTenant, setNewTenant] = useState("");
  if (asked.isError) return <Failure error={asked.error} />;
  if (asked.data === undefined) return <WaitingRows count={8} />;
  const types = readSinkTypes(asked.data, "post");
  const type = types.find((each) => each.wireName === wireName) ?? types[0];
  if (type === undefined) return null;
  const tenantId = tenant ?? newTenant;
  return (
    <Stack maw={620}>
      <SegmentedControl
        aria-label="Sink type"
        value={type.wireName}
        onChange={setWireName}
        data={types.map((each) => ({ value: each.wireName, label: each.title }))}
        className="choices"
      />
      {tenant === null ? (
        <TextInput
          label="Tenant"
          description="Whose alerts these are: any id you like. It is made with the sink."
          placeholder="acme"
          required
          value={newTenant}
          onChange={(event) => setNewTenant(event.currentTarget.value)}
        />
      ) : null}
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
          await props.onMade(event_sink);
        }}
      />
      <CodeBlock label="The same with curl" text={curlFor(type, tenantId)} />
    </Stack>
  );
}

function curlFor({ wireName, fields }: SinkTypeFields, tenantId: string): string {
  const required = fields.filter(({ isRequired }) => isRequired);
  const args = Object.fromEntries(required.map(({ name, example }) => [name, example || "…"]));
  const named = { tenant_id: tenantId || "acme", name: "Triage", description: "" };
  return curlOf("POST", "/v1/event_sink", { ...named, event_sink_args: { [wireName]: args } });
}
