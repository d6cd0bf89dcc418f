import { Alert, Button, Group, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type FormEvent, type ReactNode, useState } from "react";
import { isRefused } from "../api.ts";
import { parseField, type SinkField, type SinkTypeFields, showField } from "../sink-fields.ts";
import { Sentence } from "./sentence.tsx";
import { ChannelInput, IntegrationInput } from "./slack-inputs.tsx";

export interface SinkDraft {
  readonly name: string;
  readonly description: string;
  readonly event_sink_args: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

interface SinkFormProps {
  readonly type: SinkTypeFields;
  readonly name: string;
  readonly description: string;
  /** What the sink has, by field; empty for a new one. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly action: string;
  readonly save: (draft: SinkDraft) => Promise<unknown>;
}

/** A sink's form, whatever its type. Refusals stand at the field that they name. */
export function SinkForm(props: SinkFormProps) {
  const { type, values, action, save } = props;
  const before = Object.fromEntries(
    type.fields.map((field) => [field.name, showField(field, values[field.name])]),
  );
  const [name, setName] = useState(props.name);
  const [description, setDescription] = useState(props.description);
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>(before);
  const [failure, setFailure] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      const changed = type.fields.filter((field) => texts[field.name] !== before[field.name]);
      const given = changed.map((field) => [field.name, valueFrom(field, texts[field.name] ?? "")]);
      await save({
        name,
        description,
        event_sink_args: { [type.wireName]: Object.fromEntries(given) },
      });
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  const integrationId =
    texts["slack_integration_id"] ?? String(values["slack_integration_id"] ?? "");
  const problemOf = (path: string) =>
    isRefused(failure)
      ? failure.details.find(
          (detail) => detail.path === path || detail.path.endsWith(`${type.wireName}.${path}`),
        )?.message
      : undefined;
  const inputOf = (field: SinkField) => (
    <FieldInput
      key={field.name}
      field={field}
      text={texts[field.name] ?? ""}
      problem={problemOf(field.name)}
      integrationId={integrationId}
      onChange={(text) => setTexts({ ...texts, [field.name]: text })}
    />
  );
  const others = type.fields.filter((field) => !isMain(field));
  const isFaulty = ["description", ...others.map((field) => field.name)].some(problemOf);
  const hasMore = isFaulty || others.some((field) => before[field.name] !== "");
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack maw={620}>
        <TextInput
          label="Name"
          required
          value={name}
          error={sentenceOf(problemOf("name"))}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {type.fields.filter(isMain).map(inputOf)}
        <More isNeeded={hasMore}>
          <TextInput
            label="Description"
            value={description}
            error={sentenceOf(problemOf("description"))}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          {others.map(inputOf)}
        </More>
        {failure === null ? null : (
          <Alert color="red" role="alert" title="Not saved">
            <Sentence text={failure instanceof Error ? failure.message : String(failure)} />
          </Alert>
        )}
        <Group>
          <Button type="submit" loading={isBusy}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What a sink cannot do without; a Slack channel may also be given by its name, in the API. */
function isMain({ isRequired, kind }: SinkField): boolean {
  return isRequired || kind === "slack_channel";
}

/** What most sinks can do without, folded away until somebody asks for it or something in it is set. */
function More(props: { readonly isNeeded: boolean; readonly children: ReactNode }) {
  const [isAsked, { toggle }] = useDisclosure(false);
  const isOpen = isAsked || props.isNeeded;
  return (
    <>
      {props.isNeeded ? null : (
        <Group>
          <Button size="compact-sm" variant="subtle" aria-expanded={isOpen} onClick={toggle}>
            {isOpen ? "Fewer settings" : "More settings"}
          </Button>
        </Group>
      )}
      {isOpen ? <Stack>{props.children}</Stack> : null}
    </>
  );
}

/** An emptied field goes back to what it is without being given, where the type allows it. */
function valueFrom(field: SinkField, text: string): unknown {
  return text.trim() === "" && !field.isRequired ? null : parseField(field, text);
}

/** Nothing to show where nothing is wrong. */
function sentenceOf(problem: string | undefined) {
  return problem === undefined ? undefined : <Sentence text={problem} />;
}

interface FieldInputProps {
  readonly field: SinkField;
  readonly text: string;
  readonly problem: string | undefined;
  /** The Slack integration that the form names; empty where it names none. */
  readonly integrationId: string;
  readonly onChange: (text: string) => void;
}

function FieldInput({ field, text, problem, integrationId, onChange }: FieldInputProps) {
  const shared = {
    label: field.label,
    description: field.help,
    required: field.isRequired,
    error: sentenceOf(problem),
    value: text,
  };
  if (field.kind === "slack_integration")
    return <IntegrationInput {...shared} onChange={onChange} />;
  if (field.kind === "slack_channel") {
    return <ChannelInput {...shared} integrationId={integrationId} onChange={onChange} />;
  }
  if (field.kind === "choice") {
    return (
      <Select
        {...shared}
        data={[...field.choices]}
        value={text === "" ? null : text}
        placeholder="Default"
        onChange={(chosen) => onChange(chosen ?? "")}
        clearable={!field.isRequired}
      />
    );
  }
  if (field.kind === "text") {
    return (
      <TextInput
        {...shared}
        placeholder={field.example}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  return (
    <Textarea
      {...shared}
      autosize
      minRows={2}
      placeholder={field.kind === "lines" ? "One in each line" : field.example}
      styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
