import { AppShell, Box, Burger, Divider, Group, NavLink, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconAlertTriangle,
  IconBell,
  IconBellOff,
  IconBrandSlack,
  IconHistory,
  IconHome,
  IconKey,
  IconPlug,
  IconRoute,
  IconSend,
  IconSettings,
} from "@tabler/icons-react";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { ChooseTenant } from "./parts/choose-tenant.tsx";
import { Loading } from "./parts/notices.tsx";
import { SignOut, SwitchColors } from "./parts/session-buttons.tsx";
import { Shortcuts } from "./parts/shortcuts.tsx";
import { WithSession } from "./session.tsx";
import { TenantContext, useTenantChoice } from "./tenant.ts";

const pages = [
  { to: "/", label: "Overview", icon: IconHome },
  { to: "/alerts", label: "Alerts", icon: IconBell },
  { to: "/deliveries", label: "Deliveries", icon: IconSend },
  { to: "/sinks", label: "Event sinks", icon: IconPlug },
  { to: "/slack", label: "Slack", icon: IconBrandSlack },
  { to: "/keys", label: "API keys", icon: IconKey },
  { to: "/audit", label: "Audit log", icon: IconHistory },
  { to: "/settings", label: "Settings", icon: IconSettings },
] as const;

/** What a later version brings has its place already. */
const later = [
  { label: "Problems", icon: IconAlertTriangle },
  { label: "Routes", icon: IconRoute },
  { label: "Silences", icon: IconBellOff },
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
  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 204, breakpoint: "sm", collapsed: { mobile: !isOpen } }}
      padding="md"
    >
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Menu" />
            <Text fw={600} size="lg" visibleFrom="xs">
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
      <AppShell.Navbar p="xs" aria-label="Pages">
        <Pages tenantId={tenantId} onLeave={close} />
      </AppShell.Navbar>
      <AppShell.Main>
        <Box maw={1280}>
          <TenantContext value={tenantId}>
            {isKnown ? <Outlet /> : <Loading />}
            <Shortcuts />
          </TenantContext>
        </Box>
      </AppShell.Main>
    </AppShell>
  );
}

const iconProps = { size: 17, stroke: 1.6, "aria-hidden": true } as const;

function Pages(props: { readonly tenantId: string | null; readonly onLeave: () => void }) {
  const { pathname } = useLocation();
  const search = { tenant: props.tenantId ?? undefined };
  return (
    <>
      {pages.map(({ to, label, icon: Icon }) => (
        <NavLink
          key={to}
          renderRoot={(rootProps) => <Link to={to} search={search} {...rootProps} />}
          label={label}
          leftSection={<Icon {...iconProps} />}
          active={to === "/" ? pathname === "/" : pathname.startsWith(to)}
          onClick={props.onLeave}
        />
      ))}
      <Divider my="xs" label="Later" labelPosition="left" />
      {later.map(({ label, icon: Icon }) => (
        <Group key={label} gap="sm" px="sm" py={6} c="dimmed" wrap="nowrap">
          <Icon {...iconProps} />
          <Text size="sm">{label}</Text>
        </Group>
      ))}
      <Text c="dimmed" size="xs" p="sm" mt="auto">
        Press <kbd>?</kbd> for keys.
      </Text>
    </>
  );
}
