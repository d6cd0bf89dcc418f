import {
  ActionIcon,
  AppShell,
  Burger,
  Button,
  Group,
  NavLink,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { client } from "./api.ts";
import { ChooseTenant } from "./parts/choose-tenant.tsx";
import { Loading } from "./parts/notices.tsx";
import { Shortcuts } from "./parts/shortcuts.tsx";
import { useSession, WithSession } from "./session.tsx";
import { TenantContext, useTenantChoice } from "./tenant.ts";

const pages = [
  { to: "/", label: "Overview" },
  { to: "/sinks", label: "Event sinks" },
  { to: "/alerts", label: "Alerts" },
  { to: "/deliveries", label: "Deliveries" },
  { to: "/slack", label: "Slack" },
  { to: "/keys", label: "API keys" },
  { to: "/audit", label: "Audit log" },
] as const;

export function Shell() {
  return (
    <WithSession>
      <Frame />
    </WithSession>
  );
}

function Frame() {
  const [isOpen, { toggle, close }] = useDisclosure();
  const { tenantId, isKnown, choices, choose } = useTenantChoice();
  const { pathname } = useLocation();
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 200, breakpoint: "sm", collapsed: { mobile: !isOpen } }}
      padding="md"
    >
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Menu" />
            <Text fw={600} visibleFrom="xs">
              Event Sinks
            </Text>
            <ChooseTenant tenantId={tenantId} choices={choices} choose={choose} />
          </Group>
          <Group gap="xs" wrap="nowrap">
            <SwitchColors />
            <SignOut />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs">
        {pages.map(({ to, label }) => (
          <NavLink
            key={to}
            renderRoot={(props) => (
              <Link to={to} search={{ tenant: tenantId ?? undefined }} {...props} />
            )}
            label={label}
            active={to === "/" ? pathname === "/" : pathname.startsWith(to)}
            onClick={close}
          />
        ))}
        <Text c="dimmed" size="xs" p="sm" mt="auto">
          Routes, silences and problems will stand here. Press <kbd>?</kbd> for keys.
        </Text>
      </AppShell.Navbar>
      <AppShell.Main>
        <TenantContext value={tenantId}>{isKnown ? <Outlet /> : <Loading />}</TenantContext>
        <Shortcuts />
      </AppShell.Main>
    </AppShell>
  );
}

function SwitchColors() {
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme("light") === "dark";
  const label = isDark ? "Light colours" : "Dark colours";
  return (
    <ActionIcon
      variant="default"
      size="lg"
      aria-label={label}
      title={label}
      onClick={() => setColorScheme(isDark ? "light" : "dark")}
    >
      <span aria-hidden="true">{isDark ? "☀" : "☾"}</span>
    </ActionIcon>
  );
}

function SignOut() {
  const queries = useQueryClient();
  const { session } = useSession();
  async function signOut() {
    await client.call("DELETE /v1/session");
    await queries.resetQueries();
  }
  return (
    <Button variant="default" onClick={() => void signOut()} title={`Signed in as ${session.role}`}>
      Sign out
    </Button>
  );
}
