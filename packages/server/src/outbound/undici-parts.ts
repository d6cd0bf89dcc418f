/**
 * The parts of undici that requests leave by. Its main file also loads fetch, WebSocket, caches, proxies and
 * mocks, none of which is used: 109 modules instead of 22, on a thread whose memory counts. Its version is
 * pinned, and the tests of this folder notice when a part has moved.
 */

import { createRequire } from "node:module";
import type * as undici from "undici";

const load = createRequire(import.meta.url);

export const Agent: typeof undici.Agent = load("undici/lib/dispatcher/agent.js");
export const errors: typeof undici.errors = load("undici/lib/core/errors.js");
