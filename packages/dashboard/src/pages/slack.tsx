import {
  Alert,
  Anchor,
  Button,
  Group,
  Paper,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { type FormEvent, useState } from "react";
import { type SlackIntegration, useCall, useChange } from "../api.ts";
import { Empty, Failure, Loading, PageTitle } from "../parts/notices.tsx";
import { useSession } from "../session.tsx";
import { useTenant } from "../tenant.ts";

export default function Slack() {
  const tenant = useTenant();
  const query = { tenant_id: tenant ?? "" };
  const listed = useCall("GET /v1/slack_integration", { query }, { isEnabled: tenant !== null });
  if (tenant === null) return <Empty title="No tenant yet">Add an event sink first.</Empty>;
  return (
    <Stack>
      <PageTitle title="Slack" />
      {listed.isError ? <Failure error={listed.error} /> : null}
      {listed.isPending ? <Loading /> : null}
      {listed.data?.data.slack_integrations.map((each) => (
        <Integration key={each.id} integration={each} />
      ))}
      {listed.data?.data.slack_integrations.length === 0 ? (
        <Empty title="No workspace is connected">
          Connect one, then add a Slack sink that names a channel.
        </Empty>
      ) : null}
      <Connect tenant={tenant} />
    </Stack>
  );
}

function Integration({ integration }: { readonly integration: SlackIntegration }) {
  const remove = useChange("DELETE /v1/slack_integration/{id}");
  return (
    <Paper withBorder p="md">
      <Group justify="space-between">
        <div>
          <Text fw={600}>{integration.name}</Text>
          <Text size="sm" c="dimmed">
            {integration.team_name} · @{integration.bot_name ?? integration.bot_user_id}
          </Text>
        </div>
        <Button
          size="xs"
          variant="default"
          onClick={() => remove.mutate({ path: { id: integration.id } })}
        >
          Remove
        </Button>
      </Group>
      {integration.revoked_reason === undefined ? null : (
        <Alert color="red" mt="sm" title="Slack no longer accepts it">
          {integration.revoked_reason}: connect the workspace again.
        </Alert>
      )}
      {remove.isError ? <Failure error={remove.error} /> : null}
    </Paper>
  );
}

function Connect({ tenant }: { readonly tenant: string }) {
  const { service } = useSession();
  const install = useChange("POST /v1/slack_integration/install");
  const create = useChange("POST /v1/slack_integration");
  const [name, setName] = useState("");
  const [token, setToken] = useState("");
  async function store(event: FormEvent) {
    event.preventDefault();
    await create.mutateAsync({ body: { tenant_id: tenant, name, bot_token: token.trim() } });
    setToken("");
  }
  async function begin() {
    const { authorize_url } = await install.mutateAsync({ body: { tenant_id: tenant } });
    window.location.assign(authorize_url);
  }
  const failed = [install, create].find(({ isError }) => isError);
  return (
    <section>
      <Title order={2} size="h5" mb="xs">
        Connect a workspace
      </Title>
      <Stack maw={620}>
        {service.features.slack_install ? (
          <Button onClick={() => void begin()} loading={install.isPending}>
            Add to Slack
          </Button>
        ) : null}
        <form onSubmit={(event) => void store(event).catch(() => undefined)}>
          <Stack>
            <TextInput
              label="Name"
              required
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <PasswordInput
              label="Bot token"
              description={
                <>
                  From your Slack app's page, <em>OAuth & Permissions</em>:{" "}
                  <Anchor
                    href="https://api.slack.com/apps"
                    target="_blank"
                    rel="noreferrer"
                    size="xs"
                    underline="always"
                  >
                    your apps
                  </Anchor>
                  . It begins with xoxb- and is never shown again.
                </>
              }
              required
              value={token}
              onChange={(event) => setToken(event.currentTarget.value)}
            />
            <Group>
              <Button type="submit" variant="default" loading={create.isPending}>
                Store the token
              </Button>
            </Group>
          </Stack>
        </form>
        {failed === undefined ? null : <Failure error={failed.error} />}
      </Stack>
    </section>
  );
}
