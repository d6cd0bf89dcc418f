/** Writes docs/reference/settings.md anew; a test fails while it differs from the settings. */

import { mkdirSync, writeFileSync } from "node:fs";
import { settingsPage } from "../packages/server/src/settings-text.ts";

const page = new URL("../docs/reference/settings.md", import.meta.url);
mkdirSync(new URL(".", page), { recursive: true });
writeFileSync(page, settingsPage());
