import { Accordion, Code, Group, Text } from "@mantine/core";
import type { Attempt } from "../api.ts";
import { State } from "./badges.tsx";
import { Time } from "./time.tsx";

/** One attempt: what was sent, what came back, why it ended so, and when it is tried again. */
export function AttemptCard({
  attempt,
  isOpen,
}: {
  readonly attempt: Attempt;
  readonly isOpen?: boolean;
}) {
  const { number, outcome, reason, detail, request, response } = attempt;
  const value = String(number);
  return (
    <Accordion variant="contained" defaultValue={isOpen === true ? value : null}>
      <Accordion.Item value={value}>
        <Accordion.Control>
          <Group gap="xs">
            <Text size="sm" fw={600}>
              Attempt {number}
            </Text>
            <State name={outcome} />
            <Text size="sm">
              {reason ?? ""} {response === null ? "" : `HTTP ${response.status}`}{" "}
              {Math.round(attempt.duration_ms)} ms
            </Text>
            {attempt.degraded ? <Text size="sm">as plain text</Text> : null}
            {attempt.ambiguous ? <Text size="sm">may have arrived</Text> : null}
          </Group>
        </Accordion.Control>
        <Accordion.Panel>
          <Text size="sm" className="wrap">
            Began <Time at={attempt.started_at} />
            {attempt.next_try_at === null ? "" : "; next try "}
            {attempt.next_try_at === null ? null : <Time at={attempt.next_try_at} />}
          </Text>
          {detail === null ? null : (
            <Text size="sm" mt="xs" className="wrap">
              {detail}
            </Text>
          )}
          {request === null ? null : (
            <Exchange
              title="Sent"
              first={`${request.method} ${request.url}`}
              headers={request.headers}
              body={request.body}
            />
          )}
          {response === null ? null : (
            <Exchange
              title="Answered"
              first={`HTTP ${response.status}`}
              headers={response.headers}
              body={response.body}
            />
          )}
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

function Exchange(props: {
  readonly title: string;
  readonly first: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}) {
  const lines = Object.entries(props.headers).map(([name, value]) => `${name}: ${value}`);
  return (
    <>
      <Text size="sm" fw={600} mt="sm">
        {props.title}
      </Text>
      <Code
        block
        className="wrap"
        tabIndex={0}
        mah={360}
        style={{ overflow: "auto", whiteSpace: "pre-wrap" }}
      >
        {[props.first, ...lines, "", readable(props.body ?? "")].join("\n")}
      </Code>
    </>
  );
}

/** JSON with line breaks, everything else as it is. */
export function readable(text: string): string {
  // Numbers that JavaScript cannot hold would lose digits on the way.
  if (/\d{16}/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
