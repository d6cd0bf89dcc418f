import type { CallInput } from "@event-sinks/client";
import { Code, Group, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { client } from "../api.ts";
import { Severity } from "./badges.tsx";
import { readable } from "./code.tsx";
import { Failure, Loading } from "./notices.tsx";
import { SlackMessage } from "./slack-message.tsx";

interface Previewed {
  readonly target?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly subject?: string;
  readonly text?: string;
}

type Body = NonNullable<CallInput<"POST /v1/alert/preview">["body"]>;

/** An alert as each platform would show it; nothing is sent. */
export function Preview({ tenantId, body }: { readonly tenantId: string; readonly body: object }) {
  const given = { ...body, tenant_id: tenantId } as Body;
  const asked = useQuery({
    queryKey: ["preview", given],
    queryFn: ({ signal }) => client.call("POST /v1/alert/preview", { body: given, signal }),
  });
  if (asked.isError) return <Failure error={asked.error} onRetry={() => void asked.refetch()} />;
  if (asked.data === undefined) return <Loading />;
  const types = Object.entries(asked.data.preview as Record<string, Previewed>);
  return (
    <Tabs defaultValue="Slack" keepMounted={false}>
      <Tabs.List>
        {types.map(([type]) => (
          <Tabs.Tab key={type} value={type}>
            {type}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {types.map(([type, previewed]) => (
        <Tabs.Panel key={type} value={type} pt="md">
          <AsShown type={type} previewed={previewed} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

/** Drawn where this page knows the platform, else the request itself. */
function AsShown({ type, previewed }: { readonly type: string; readonly previewed: Previewed }) {
  if (type === "Slack") return <SlackMessage message={parsed(previewed.body)} />;
  if (type === "PagerDuty") return <Incident event={parsed(previewed.body)} />;
  const { subject, text, method, headers, body, target } = previewed;
  const lines =
    subject === undefined ? [`${method ?? ""} ${target ?? ""}`] : [`Subject: ${subject}`];
  const heads = Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}`);
  const content =
    text ?? (typeof body === "string" ? readable(body) : JSON.stringify(body, null, 2));
  return (
    <Code block tabIndex={0} className="wrap" style={{ whiteSpace: "pre-wrap" }}>
      {[...lines, ...heads, "", content].join("\n")}
    </Code>
  );
}

interface PagerDutyEvent {
  readonly event_action?: string;
  readonly dedup_key?: string;
  readonly payload?: {
    readonly summary?: string;
    readonly source?: string;
    readonly severity?: string;
    readonly custom_details?: Readonly<Record<string, unknown>>;
  };
}

function Incident({ event }: { readonly event: unknown }) {
  const { event_action: action, dedup_key: key, payload = {} } = (event ?? {}) as PagerDutyEvent;
  return (
    <>
      <Group>
        <Severity name={payload.severity ?? ""} />
        <Text fw={600} className="wrap">
          {payload.summary}
        </Text>
      </Group>
      <Text size="sm" c="dimmed" my="xs">
        {action} · {payload.source} · <span className="mono">{key}</span>
      </Text>
      <Code block tabIndex={0} className="wrap" style={{ whiteSpace: "pre-wrap" }}>
        {JSON.stringify(payload.custom_details ?? {}, null, 2)}
      </Code>
    </>
  );
}

function parsed(body: unknown): unknown {
  if (typeof body !== "string") return body;
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
