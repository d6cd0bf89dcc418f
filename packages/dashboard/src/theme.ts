import { createTheme } from "@mantine/core";

/** One accent; severities and states have colours of their own, always beside a word. */
export const theme = createTheme({
  primaryColor: "cyan",
  // The lightest of the colour that white text stays readable on.
  primaryShade: 9,
  autoContrast: true,
  defaultRadius: "sm",
  fontFamily: "ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  headings: { fontWeight: "600" },
  respectReducedMotion: true,
});
