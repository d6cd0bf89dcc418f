import type { CallInput } from "@event-sinks/client";
import { type EventSink, useCall, useChange } from "../api.ts";
import { readSinkTypes } from "../sink-fields.ts";
import { SinkForm } from "./sink-form.tsx";

type UpdateBody = NonNullable<CallInput<"PUT /v1/event_sink/{id}">["body"]>;

export function EditSink({ sink }: { readonly sink: EventSink }) {
  const asked = useCall("GET /openapi.json");
  const update = useChange("PUT /v1/event_sink/{id}");
  const type = readSinkTypes(asked.data, "put").find(
    ({ wireName }) => wireName === sink.event_sink_type,
  );
  if (type === undefined) return null;
  const stored = sink.configuration as Record<string, Record<string, unknown> | null>;
  return (
    <SinkForm
      key={sink.updated_at}
      type={type}
      name={sink.name}
      description={sink.description}
      values={stored[type.wireName] ?? {}}
      action="Save"
      save={({ event_sink_args, ...named }) => {
        const isChanged = Object.values(event_sink_args).some(
          (args) => Object.keys(args).length > 0,
        );
        const args = isChanged ? { event_sink_args } : {};
        const body = { id: sink.id, ...named, ...args } as UpdateBody;
        return update.mutateAsync({ path: { id: sink.id }, body });
      }}
    />
  );
}
