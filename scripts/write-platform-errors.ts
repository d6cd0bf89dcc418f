/** Writes docs/reference/platform-errors.md anew; a test fails while it differs from the tables. */

import { writeFileSync } from "node:fs";
import { platformErrorsPage } from "../packages/server/src/sinks/platform-errors.ts";

writeFileSync(
  new URL("../docs/reference/platform-errors.md", import.meta.url),
  platformErrorsPage(),
);
