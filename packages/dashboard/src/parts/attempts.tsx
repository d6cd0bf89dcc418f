import { Button, Collapse, Group, Stack, Text, Timeline } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { Attempt } from "../api.ts";
import { State, stateColor } from "./badges.tsx";
import { CodeBlock, readable } from "./code.tsx";
import { Sentence } from "./sentence.tsx";
import { Time } from "./time.tsx";

/** Every attempt of a delivery, the last one first and open. */
export function Attempts({ attempts }: { readonly attempts: readonly Attempt[] }) {
  const newestFirst = attempts.toReversed();
  return (
    <Timeline bulletSize={14} lineWidth={2} active={-1}>
      {newestFirst.map((attempt, index) => (
        <Timeline.Item
          key={attempt.number}
          bullet={<span style={{ ...bullet, background: stateColor(attempt.outcome) }} />}
        >
          <AttemptView attempt={attempt} isOpen={index === 0} />
        </Timeline.Item>
      ))}
    </Timeline>
  );
}

const bullet = { width: 8, height: 8, borderRadius: "50%" };

/** What was sent, what came back, why it ended so, and when it is tried again. */
export function AttemptView(props: { readonly attempt: Attempt; readonly isOpen?: boolean }) {
  const { attempt, isOpen } = props;
  const [isShown, { toggle }] = useDisclosure(isOpen ?? false);
  const { number, outcome, reason, detail, request, response } = attempt;
  const notes = [
    reason,
    response === null ? null : `HTTP ${response.status}`,
    `${Math.round(attempt.duration_ms).toLocaleString()} ms`,
    attempt.degraded ? "as plain text" : null,
    attempt.ambiguous ? "may have arrived" : null,
    attempt.replay ? "sent again on wish" : null,
  ].filter((note) => note !== null);
  return (
    <Stack gap={4}>
      <Group gap="xs">
        <Text fw={600}>Attempt {number}</Text>
        <State name={outcome} />
        <Text>{notes.join(" · ")}</Text>
        {request === null && response === null ? null : (
          <Button size="compact-xs" variant="default" onClick={toggle} aria-expanded={isShown}>
            {isShown ? "Hide" : "Request and answer"}
          </Button>
        )}
      </Group>
      <Text c="dimmed">
        <Time at={attempt.started_at} />
        {attempt.next_try_at === null ? null : (
          <>
            , next try <Time at={attempt.next_try_at} />
          </>
        )}
      </Text>
      {detail === null ? null : (
        <Text className="wrap">
          <Sentence text={detail} />
        </Text>
      )}
      <Collapse expanded={isShown}>
        <Stack gap="xs" mt={4}>
          {(attempt.earlier_exchanges ?? []).map((exchange, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: exchanges have no other identity
            <Exchange key={index} {...exchange} />
          ))}
          <Exchange request={request} response={response} />
        </Stack>
      </Collapse>
    </Stack>
  );
}

function Exchange({ request, response }: Pick<Attempt, "request" | "response">) {
  return (
    <>
      {request === null ? null : (
        <CodeBlock
          label="Request as sent"
          text={lines(`${request.method} ${request.url}`, request)}
        />
      )}
      {response === null ? null : (
        <CodeBlock label="Answer" text={lines(`HTTP ${response.status}`, response)} />
      )}
    </>
  );
}

function lines(
  first: string,
  sent: { readonly headers: Readonly<Record<string, string>>; readonly body: string | null },
): string {
  const heads = Object.entries(sent.headers).map(([name, value]) => `${name}: ${value}`);
  return [first, ...heads, "", readable(sent.body ?? "")].join("\n").trimEnd();
}
