/**
 * The curl examples of the published contract, read out of the copy in docs/ and run as a
 * stranger would: in a shell, with `API_BASE` and `API_KEY` set. The answers are compared
 * with the documented JSON as text, ids and times aside, so the order of keys counts too.
 */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { runInShell } from "../support/run-in-shell.ts";
import { freshDirectory, startService } from "../support/start-service.ts";

const documentPath = join(import.meta.dirname, "../../../../docs/event-sinks-api.md");
const documentedId = "b7e33d65-c7a1-4e54-90c3-231c97398a0c";

interface Example {
  readonly title: string;
  readonly command: string;
  readonly answer: string;
}

/** Each section has one shell block that calls curl, and after it the answer. */
function readExamples(document: string): Example[] {
  return document
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const command = /```bash\n(curl [\s\S]*?)```/.exec(section)?.[1];
      const response = section.slice(section.indexOf("**Response**"));
      const answer =
        /```json\n([\s\S]*?)```/.exec(response)?.[1] ??
        /<code class="lang-json">([\s\S]*?)<\/code>/.exec(response)?.[1]?.replace(/<[^>]+>/g, "");
      assert.ok(command !== undefined && answer !== undefined, section.slice(0, 40));
      return { title: section.slice(0, section.indexOf("\n")), command, answer };
    });
}

/** Ids and times differ from run to run; everything else, the order of keys included, must not. */
function comparable(json: string): string {
  return JSON.stringify(JSON.parse(json))
    .replaceAll(/"(id)":"[0-9a-f]{8}-[0-9a-f-]{27}"/g, '"$1":"<id>"')
    .replaceAll(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/g, '"<time>"');
}

test("the documented examples answer with the documented JSON", async (t) => {
  const examples = readExamples(await readFile(documentPath, "utf8"));
  assert.deepEqual(
    examples.map(({ title }) => title),
    [
      "Create a new event sink",
      "List event sinks",
      "Get an event sink",
      "Update an event sink",
      "Delete an event sink",
    ],
  );
  const service = await startService(t, await freshDirectory(t));
  const env = { API_BASE: service.url, API_KEY: service.operatorKey };

  let id = documentedId;
  for (const { title, command, answer } of examples) {
    const printed = await runInShell(command.replaceAll(documentedId, id), env);
    const documented = answer.replace(/,\s*\.\.\.\s*\]/, "]");
    assert.equal(comparable(printed), comparable(documented), title);
    if (title === "Create a new event sink") id = JSON.parse(printed).event_sink.id;
  }
  const gone = await service.call("GET", `/v1/event_sink/${id}`);
  assert.equal(gone.status, 404);
  await service.stop();
});
