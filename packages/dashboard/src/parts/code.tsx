import { Box, Button, Code, CopyButton } from "@mantine/core";

/** Text as a machine reads it, with a way to take it along. */
export function CodeBlock(props: { readonly text: string; readonly label: string }) {
  return (
    <Box pos="relative">
      <Code
        block
        tabIndex={0}
        role="region"
        aria-label={props.label}
        mah={420}
        pr={72}
        style={{ overflow: "auto", whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}
      >
        {props.text}
      </Code>
      <Box pos="absolute" top={6} right={6}>
        <Copy text={props.text} what={props.label} />
      </Box>
    </Box>
  );
}

/** @param what is copied, for whoever cannot see where the button stands. */
export function Copy(props: { readonly text: string; readonly what: string }) {
  return (
    <CopyButton value={props.text}>
      {({ copied, copy }) => (
        <Button
          size="compact-xs"
          variant="default"
          onClick={copy}
          aria-label={`Copy ${props.what}`}
        >
          {copied ? "Copied" : "Copy"}
        </Button>
      )}
    </CopyButton>
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
