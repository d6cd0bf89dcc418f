import type { Answer, CallInput } from "@event-sinks/client";
import {
  Alert,
  Button,
  Checkbox,
  Group,
  Modal,
  Select,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useChange } from "../api.ts";
import { useSession } from "../session.tsx";
import { Copy } from "./code.tsx";
import { Failure } from "./notices.tsx";

type Body = NonNullable<CallInput<"POST /v1/api_key">["body"]>;
type Made = Answer<"POST /v1/api_key">["api_key"];

interface NewKeyProps {
  /** Null: a key that reaches all tenants. */
  readonly tenant: string | null;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Makes a key, and shows it until it is put away: it is told this once. */
export function NewKey({ tenant, isOpen, onClose }: NewKeyProps) {
  const [made, setMade] = useState<Made | null>(null);
  return (
    <>
      {made === null ? null : <Told made={made} onHide={() => setMade(null)} />}
      <Modal opened={isOpen} onClose={onClose} title="Make a key">
        <KeyForm
          tenant={tenant}
          onMade={(key) => {
            setMade(key);
            onClose();
          }}
        />
      </Modal>
    </>
  );
}

function Told({ made, onHide }: { readonly made: Made; readonly onHide: () => void }) {
  return (
    <Alert
      color="green"
      role="status"
      title={`${made.name}: copy the key now, it is not shown again`}
    >
      <Group gap="xs">
        <span className="mono">{made.key}</span>
        <Copy text={made.key} what="the key" />
        <Button size="compact-xs" variant="default" onClick={onHide}>
          I have it
        </Button>
      </Group>
    </Alert>
  );
}

const dayMs = 86_400_000;
const lives = [
  { value: "", label: "Never" },
  { value: "30", label: "In 30 days" },
  { value: "90", label: "In 90 days" },
  { value: "365", label: "In a year" },
];

/** What each scope lets somebody do. */
const scopeTexts: Readonly<Record<string, string>> = {
  "alerts:write": "send alerts",
  "deliveries:read": "see alerts and deliveries",
  "deliveries:write": "retry and replay",
  "sinks:read": "see event sinks",
  "sinks:write": "make, change, test and delete event sinks",
  "secrets:read": "see signing secrets",
  admin: "manage keys, see the audit log",
};

function KeyForm(props: Pick<NewKeyProps, "tenant"> & { readonly onMade: (made: Made) => void }) {
  const { session } = useSession();
  const create = useChange("POST /v1/api_key");
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>(["alerts:write"]);
  const [days, setDays] = useState("");
  async function make(event: FormEvent) {
    event.preventDefault();
    const endsAt = days === "" ? null : new Date(Date.now() + Number(days) * dayMs).toISOString();
    const body = { tenant_id: props.tenant, name, scopes, expires_at: endsAt } as Body;
    const { api_key } = await create.mutateAsync({ body });
    props.onMade(api_key);
  }
  return (
    <form onSubmit={(event) => void make(event).catch(() => undefined)}>
      <Stack>
        <Text c="dimmed">
          {props.tenant === null ? "It reaches all tenants." : `It reaches ${props.tenant} alone.`}
        </Text>
        <TextInput
          label="Name"
          placeholder="What it is for"
          required
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Checkbox.Group label="What it may do" value={scopes} onChange={setScopes}>
          <Stack gap={6} mt="xs">
            {session.scopes.map((scope) => (
              <Checkbox key={scope} value={scope} label={scope} description={scopeTexts[scope]} />
            ))}
          </Stack>
        </Checkbox.Group>
        <Select
          label="Expires"
          data={lives}
          value={days}
          onChange={(chosen) => setDays(chosen ?? "")}
          allowDeselect={false}
        />
        {create.isError ? <Failure error={create.error} /> : null}
        <Group>
          <Button type="submit" loading={create.isPending} disabled={scopes.length === 0}>
            Make the key
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
