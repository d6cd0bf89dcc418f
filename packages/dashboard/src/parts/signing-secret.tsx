import { Alert, Button, Group, Modal, NumberInput, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { client, useChange } from "../api.ts";
import { useSession } from "../session.tsx";
import { Copy } from "./code.tsx";
import { Failure } from "./notices.tsx";
import { Time } from "./time.tsx";

const overlapHoursDefault = 24;
const overlapHoursMax = 168;

interface Shown {
  readonly signing_secret: string;
  readonly previous_expires_at?: string;
}

/**
 * What the receiver verifies signatures with. Unlike a key it can be read again, by whoever has the
 * scope for it, since the service signs with it; so the page says so.
 */
export function SigningSecret({ id }: { readonly id: string }) {
  const mayRead = useSession().session.scopes.includes("secrets:read");
  return (
    <Stack>
      <Text>
        Every request is signed as Standard Webhooks says, so that the receiver knows where it comes
        from.{" "}
        {mayRead
          ? "Whoever has the scope secrets:read may show the secret, as you may; the audit log notes each time."
          : "Your key may not show or rotate the secret: that needs the scope secrets:read."}
      </Text>
      {mayRead ? <ShowOrRotate id={id} /> : null}
    </Stack>
  );
}

function ShowOrRotate({ id }: { readonly id: string }) {
  const [isOpen, { open, close }] = useDisclosure();
  const [shown, setShown] = useState<Shown | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const path = { id };
  const show = () =>
    client.call("GET /v1/event_sink/{id}/signing_secret", { path }).then(setShown, setFailure);
  return (
    <>
      <Group gap="xs">
        <Button variant="default" onClick={() => void show()}>
          Show the secret
        </Button>
        <Button variant="default" onClick={open}>
          Rotate it…
        </Button>
      </Group>
      {failure === null ? null : <Failure error={failure} />}
      {shown === null ? null : <Secret {...shown} onHide={() => setShown(null)} />}
      <Modal opened={isOpen} onClose={close} title="Rotate the signing secret?">
        <Rotate
          id={id}
          onClose={close}
          onDone={(rotated) => {
            setShown(rotated);
            close();
          }}
        />
      </Modal>
    </>
  );
}

function Secret(props: Shown & { readonly onHide: () => void }) {
  const { signing_secret: secret, previous_expires_at: until } = props;
  return (
    <Alert color="cyan" title="The signing secret" role="status">
      <Group gap="xs">
        <span className="mono">{secret}</span>
        <Copy text={secret} what="the signing secret" />
        <Button size="compact-xs" variant="default" onClick={props.onHide}>
          I have it
        </Button>
      </Group>
      {until === undefined ? null : (
        <Text mt="xs">
          The former one signs too until <Time at={until} />: give the receiver this one by then.
        </Text>
      )}
    </Alert>
  );
}

function Rotate(props: {
  readonly id: string;
  readonly onDone: (rotated: Shown) => void;
  readonly onClose: () => void;
}) {
  const { id, onDone, onClose } = props;
  const [hours, setHours] = useState<number | string>(overlapHoursDefault);
  const rotate = useChange("POST /v1/event_sink/{id}/signing_secret/rotate");
  async function confirm() {
    const body = { overlap_hours: Number(hours) };
    await rotate.mutateAsync({ path: { id }, body }).then(onDone, () => undefined);
  }
  return (
    <Stack>
      <NumberInput
        label="Hours for which the former one signs too"
        description="Time to give the receiver the new one. 0 ends it at once: do that when it leaked."
        min={0}
        max={overlapHoursMax}
        value={hours}
        onChange={setHours}
        data-autofocus
      />
      {rotate.isError ? <Failure error={rotate.error} /> : null}
      <Group>
        <Button loading={rotate.isPending} onClick={() => void confirm()}>
          Rotate it
        </Button>
        <Button variant="default" onClick={onClose}>
          Leave it
        </Button>
      </Group>
    </Stack>
  );
}
