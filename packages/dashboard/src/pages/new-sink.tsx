import { useNavigate } from "@tanstack/react-router";
import { NewSinkForm } from "../parts/new-sink-form.tsx";
import { PageTitle } from "../parts/notices.tsx";
import { Panel } from "../parts/panel.tsx";

export default function NewSink() {
  const navigate = useNavigate();
  return (
    <>
      <PageTitle title="Add an event sink" />
      <Panel title="Where alerts go">
        <NewSinkForm
          onMade={({ id, tenant_id: tenant }) =>
            navigate({ to: "/sinks/$id", params: { id }, search: { tenant } })
          }
        />
      </Panel>
    </>
  );
}
