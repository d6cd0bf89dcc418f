import { Button, Code, Group, Stack, Text, Title } from "@mantine/core";
import { Fragment, type ReactNode } from "react";

interface SlackText {
  readonly text: string;
}

interface Block {
  readonly type: string;
  readonly text?: SlackText;
  readonly fields?: readonly SlackText[];
  readonly elements?: readonly { readonly text: string | SlackText }[];
}

/** Block Kit, about as Slack draws it. Text becomes elements, never markup. */
export function SlackMessage({ message }: { readonly message: unknown }) {
  const { text = "", blocks = [] } = (message ?? {}) as {
    text?: string;
    blocks?: readonly Block[];
  };
  return (
    <Stack gap={6} pl="sm" style={{ borderLeft: "4px solid var(--mantine-color-default-border)" }}>
      {blocks.length === 0 ? (
        <Mrkdwn text={text} />
      ) : (
        blocks.map((block, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: blocks have no other identity
          <BlockView key={index} block={block} />
        ))
      )}
    </Stack>
  );
}

function BlockView({ block }: { readonly block: Block }) {
  const { type, text, fields = [], elements = [] } = block;
  const labels = elements.map((element) =>
    typeof element.text === "string" ? element.text : element.text.text,
  );
  if (type === "header") {
    return (
      <Title order={3} size="h5" className="wrap">
        {text?.text}
      </Title>
    );
  }
  if (type === "context") {
    return (
      <Text size="xs" c="dimmed" component="div">
        <Mrkdwn text={labels.join("  ")} />
      </Text>
    );
  }
  if (type === "actions") {
    return (
      <Group gap="xs">
        {labels.map((label) => (
          <Button key={label} size="xs" variant="default" component="span">
            {label}
          </Button>
        ))}
      </Group>
    );
  }
  return (
    <>
      {text === undefined ? null : <Mrkdwn text={text.text} />}
      {fields.map((field) => (
        <Mrkdwn key={field.text} text={field.text} />
      ))}
    </>
  );
}

/** Slack's own markup: code blocks, code, bold, italics and links. */
function Mrkdwn({ text }: { readonly text: string }) {
  return (
    <Text size="sm" component="div" className="wrap" style={{ whiteSpace: "pre-wrap" }}>
      {text.split("```").map((part, index) => {
        const key = `${index} ${part.length}`;
        return index % 2 === 1 ? (
          <Code key={key} block tabIndex={0}>
            {unescapeText(part.trim())}
          </Code>
        ) : (
          <Fragment key={key}>{inline(part.trim())}</Fragment>
        );
      })}
    </Text>
  );
}

const tokens = /(`[^`\n]+`|\*[^*\n]+\*|<https?:[^>]+>)/g;

function inline(text: string): ReactNode[] {
  return text.split(tokens).map((part, index) => {
    const key = `${index} ${part.length}`;
    if (part.startsWith("`")) return <Code key={key}>{unescapeText(part.slice(1, -1))}</Code>;
    if (part.startsWith("*")) return <b key={key}>{unescapeText(part.slice(1, -1))}</b>;
    const [, url = "", label] = /^<(https?:[^|>]+)(?:\|([^>]+))?>$/.exec(part) ?? [];
    // A preview: where the link goes is shown, not opened.
    if (url !== "")
      return (
        <u key={key} title={unescapeText(url)}>
          {unescapeText(label ?? url)}
        </u>
      );
    return <Fragment key={key}>{unescapeText(part)}</Fragment>;
  });
}

/** Slack escapes these three and nothing else. */
function unescapeText(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
