import { ActionIcon, Button, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconMoon, IconSun } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { client } from "../api.ts";
import { useSession } from "../session.tsx";

export function SwitchColors() {
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme("light") === "dark";
  const label = isDark ? "Light colours" : "Dark colours";
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={label}
      title={label}
      onClick={() => setColorScheme(isDark ? "light" : "dark")}
    >
      {isDark ? <IconSun size={18} /> : <IconMoon size={18} />}
    </ActionIcon>
  );
}

export function SignOut() {
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
