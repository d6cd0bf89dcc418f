import {
  Alert,
  Anchor,
  Box,
  Button,
  Group,
  Modal,
  PasswordInput,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type FormEvent, useState } from "react";
import { type SlackIntegration, useCall, useChange } from "../api.ts";
import { Empty, Failure, NoTenant, PageTitle } from "../parts/notices.tsx";
import { Panel } from "../parts/panel.tsx";
import { WaitingRows } from "../parts/rows.tsx";
import { useSession } from "../session.tsx";
import { useTenant } from "../tenant.ts";

export default function Slack() {
  const tenant = useTenant();
  const query = { tenant_id: tenant ?? "" };
  const listed = useCall("GET /v1/slack_integration", { query }, { isEnabled: tenant !== null });
  if (tenant === null) return <NoTenant />;
  const known = listed.data?.data.slack_integrations;
  return (
    <Stack>
      <PageTitle title="Slack" />
      <Panel title="Workspaces" isFlush>
        {listed.isError ? <Failure error={listed.error} /> : null}
        {listed.isPending ? <WaitingRows count={2} /> : null}
        {known?.map((each) => (
          <Integration key={each.id} integration={each} />
        ))}
        {known?.length === 0 ? (
          <Empty title="No workspace is connected">
            Connect one, then add a Slack sink that names a channel.
          </Empty>
        ) : null}
      </Panel>
      <Panel title="Connect a workspace">
        <Connect tenant={tenant} />
      </Panel>
    </Stack>
  );
}

function Integration({ integration }: { readonly integration: SlackIntegration }) {
  const { id, name, team_name, bot_name, bot_user_id, revoked_reason } = integration;
  const [isOpen, { open, close }] = useDisclosure();
  const remove = useChange("DELETE /v1/slack_integration/{id}");
  return (
    <Box p="0.75rem 0.875rem" className="line">
      <Group justify="space-between">
        <div>
          <Text fw={600}>{name}</Text>
          <Text c="dimmed">
            {team_name} · @{bot_name ?? bot_user_id}
          </Text>
        </div>
        <Button size="xs" variant="default" onClick={open} aria-label={`Remove ${name}`}>
          Remove
        </Button>
      </Group>
      {revoked_reason === undefined ? null : (
        <Alert color="red" mt="sm" title="Slack no longer accepts it">
          {revoked_reason}: connect the workspace again.
        </Alert>
      )}
      <Modal opened={isOpen} onClose={close} title={`Remove ${name}?`}>
        <Stack>
          <Text>
            Its token is forgotten, and Slack sinks that use it cannot deliver. It is refused while
            there are such sinks.
          </Text>
          {remove.isError ? <Failure error={remove.error} /> : null}
          <Group>
            <Button
              color="red"
              loading={remove.isPending}
              onClick={() => remove.mutate({ path: { id } })}
            >
              Remove it
            </Button>
            <Button variant="default" onClick={close}>
              Keep it
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Box>
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
    <Stack maw={620}>
      {service.features.slack_install ? (
        <Group>
          <Button onClick={() => void begin().catch(() => undefined)} loading={install.isPending}>
            Add to Slack
          </Button>
          <Text c="dimmed">or store a bot token:</Text>
        </Group>
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
  );
}
