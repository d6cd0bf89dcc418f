import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type ApiKey, useChange } from "../api.ts";
import { Failure } from "./notices.tsx";
import { Ago } from "./time.tsx";

/** Ends a key for good, after saying who may still use it. */
export function RevokeKey({ apiKey }: { readonly apiKey: ApiKey }) {
  const [isOpen, { open, close }] = useDisclosure();
  const revoke = useChange("DELETE /v1/api_key/{id}");
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        onClick={open}
        aria-label={`Revoke ${apiKey.name}`}
      >
        Revoke
      </Button>
      <Modal opened={isOpen} onClose={close} title={`Revoke ${apiKey.name}?`}>
        <Stack>
          <Text>
            Whoever uses it, and whoever signed in with it, is refused at once, for good.{" "}
            {apiKey.last_used_at === null ? (
              "It was never used."
            ) : (
              <>
                It was last used <Ago at={apiKey.last_used_at} />.
              </>
            )}
          </Text>
          {revoke.isError ? <Failure error={revoke.error} /> : null}
          <Group>
            <Button
              color="red"
              loading={revoke.isPending}
              onClick={() => revoke.mutate({ path: { id: apiKey.id } })}
            >
              Revoke the key
            </Button>
            <Button variant="default" onClick={close}>
              Keep it
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
