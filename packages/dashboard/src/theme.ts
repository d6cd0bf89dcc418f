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
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.125rem" },
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "1.25rem" },
      h2: { fontSize: "0.875rem" },
      h3: { fontSize: "0.875rem" },
    },
  },
  respectReducedMotion: true,
  components: {
    // The colour itself would be too faint on its own tint.
    Alert: { styles: { title: { color: "var(--mantine-color-text)" } } },
    Button: { defaultProps: { size: "sm" } },
    Modal: { defaultProps: { closeButtonProps: { "aria-label": "Close" }, centered: true } },
  },
});
