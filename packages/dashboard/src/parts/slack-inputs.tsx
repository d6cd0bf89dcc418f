import { Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { type ReactNode, useState } from "react";
import { useCall } from "../api.ts";
import { useTenant } from "../tenant.ts";

interface InputProps {
  readonly label: string;
  readonly description: string;
  readonly required: boolean;
  readonly error: ReactNode;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

/** The tenant's Slack integrations by name. */
export function IntegrationInput({ onChange, value, ...shared }: InputProps) {
  const tenant = useTenant();
  const query = { tenant_id: tenant ?? "" };
  const listed = useCall("GET /v1/slack_integration", { query }, { isEnabled: tenant !== null });
  const known = listed.data?.data.slack_integrations ?? [];
  const data = known.map(({ id, name, team_name }) => ({
    value: id,
    label: `${name} (${team_name})`,
  }));
  return (
    <Select
      {...shared}
      data={data}
      value={value === "" ? null : value}
      placeholder={data.length === 0 ? "None yet: connect one under Slack" : "Choose"}
      onChange={(chosen) => onChange(chosen ?? "")}
    />
  );
}

const typingMs = 200;

/** A channel of the integration's workspace, found by its name; its ID where Slack is not asked. */
export function ChannelInput(props: InputProps & { readonly integrationId: string }) {
  const { onChange, value, integrationId, ...shared } = props;
  const [text, setText] = useState("");
  const [query] = useDebouncedValue(text, typingMs);
  const path = { id: integrationId };
  const isEnabled = integrationId !== "";
  const asked = useCall(
    "GET /v1/slack_integration/{id}/channels",
    { path, query: { query } },
    { isEnabled },
  );
  const channels = asked.data?.data.channels ?? [];
  if (!isEnabled || asked.isError) {
    return (
      <TextInput
        {...shared}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  const data = channels.map(({ id, name, is_member, is_private }) => ({
    value: id,
    label: `${is_private ? "🔒" : "#"}${name}${is_member ? "" : " (invite the app first)"}`,
  }));
  const isListed = value === "" || data.some((one) => one.value === value);
  return (
    <Select
      {...shared}
      searchable
      data={isListed ? data : [{ value, label: value }, ...data]}
      value={value === "" ? null : value}
      placeholder="Type a channel's name"
      nothingFoundMessage={
        asked.isFetching ? "Asking Slack…" : "Slack shows the app no such channel"
      }
      onSearchChange={(typed) => setText(typed.replace(/^#/, ""))}
      onChange={(chosen) => onChange(chosen ?? "")}
    />
  );
}
