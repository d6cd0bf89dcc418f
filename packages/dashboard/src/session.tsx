import type { Answer } from "@event-sinks/client";
import { Alert, Button, Center, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type FormEvent, type ReactNode, useContext, useState } from "react";
import { client, isRefused, useCall } from "./api.ts";
import { Failure, Loading } from "./parts/notices.tsx";
import { Sentence } from "./parts/sentence.tsx";

type Signed = Answer<"GET /v1/session">;

const SessionContext = createContext<Signed | null>(null);

/** Whose session this is; only below `WithSession`. */
export function useSession(): Signed {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("nobody is signed in here");
  return session;
}

/** Shows the sign-in page until somebody has signed in, then what is inside. */
export function WithSession({ children }: { readonly children: ReactNode }) {
  const asked = useCall("GET /v1/session");
  if (asked.data !== undefined && !asked.isError) {
    return <SessionContext value={asked.data}>{children}</SessionContext>;
  }
  if (asked.isPending) return <Loading />;
  if (isRefused(asked.error) && asked.error.status === 401) {
    return <SignIn hasEnded={asked.data !== undefined} />;
  }
  return <Failure error={asked.error} onRetry={() => void asked.refetch()} />;
}

function SignIn({ hasEnded }: { readonly hasEnded: boolean }) {
  const queries = useQueryClient();
  const [key, setKey] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  async function signIn(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    try {
      await client.call("POST /v1/session", { body: { api_key: key.trim() } });
      await queries.resetQueries();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper component="form" onSubmit={signIn} withBorder p="xl" w="100%" maw={420}>
        <Stack>
          <div>
            <Title order={1} size="h3">
              Event Sinks
            </Title>
            <Text c="dimmed" size="sm">
              Sign in with an API key. The operator's first key stands in{" "}
              <span className="mono">data/operator.key</span>.
            </Text>
          </div>
          {hasEnded ? (
            <Alert color="yellow" role="status" title="Your session has ended">
              Sign in again to go on where you were. If that is refused, the key was revoked or has
              expired.
            </Alert>
          ) : null}
          <PasswordInput
            label="API key"
            value={key}
            onChange={(event) => setKey(event.currentTarget.value)}
            autoComplete="current-password"
            required
            data-autofocus
          />
          {problem === null ? null : (
            <Alert color="red" role="alert" title="Not signed in">
              <Sentence text={problem} />
            </Alert>
          )}
          <Button type="submit" loading={isBusy}>
            Sign in
          </Button>
        </Stack>
      </Paper>
    </Center>
  );
}
