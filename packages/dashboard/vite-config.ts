import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // The policy of the pages allows scripts from files only, and no `data:` but for images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
