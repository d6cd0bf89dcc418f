/**
 * The body that a sink's owner designed: a JSON tree whose strings hold `{{…}}`.
 *
 * A string that is one `{{path}}` and nothing else becomes the value there, with its JSON
 * type and every digit; any other string becomes text. Values are filled in once and
 * written as JSON, so nothing in an alert can add a field or be taken for a template.
 *
 * A tree is kept as JSON text: settings cross threads and stores, which numbers of many
 * digits do not survive otherwise.
 */

import type { SinkAlert } from "../../domain/alert.ts";
import { cutText } from "../../domain/cut-text.ts";
import { isJsonObject, type JsonObject, type JsonValue, stringifyJson } from "../../domain/json.ts";
import { severityNames } from "../../domain/severity.ts";
import {
  findValue,
  onlyPath,
  renderText,
  templateValueLengthMax,
} from "../../domain/template-text.ts";
import { formatTimestamp, timestampFromMs } from "../../domain/timestamp.ts";
import type { ArgsProblem } from "../sink-type.ts";

/** UTF-16 units of a tree as JSON text. */
export const payloadLengthMax = 65_536;
/** Arrays and objects in one another. */
export const payloadDepthMax = 20;
/** UTF-16 units of a rendered body: twice the largest alert. */
export const renderedLengthMax = 4 * 1024 * 1024;

const pathLengthMax = 512;

/** Why a payload is refused: where, and a sentence with the cure. Undefined for a good one. */
export function payloadProblem(payload: JsonValue): ArgsProblem | undefined {
  const path = "Webhook.payload";
  if (!isJsonObject(payload) && !Array.isArray(payload)) {
    return { path, message: "The payload must be a JSON object or array." };
  }
  if (stringifyJson(payload).length > payloadLengthMax) {
    return { path, message: `The payload may have at most ${payloadLengthMax} characters.` };
  }
  return findProblem(payload, path, payloadDepthMax);
}

function findProblem(value: JsonValue, path: string, levels: number): ArgsProblem | undefined {
  if (typeof value === "string") {
    const message = textProblem(value);
    return message === undefined ? undefined : { path, message };
  }
  const inner = innerValues(value);
  if (inner === undefined) return undefined;
  if (levels === 0) {
    const message = `The payload nests arrays and objects more than ${payloadDepthMax} deep. Send it flatter.`;
    return { path: "Webhook.payload", message };
  }
  for (const [step, one] of inner) {
    const problem = findProblem(one, `${path}${step}`, levels - 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function innerValues(value: JsonValue): [step: string, value: JsonValue][] | undefined {
  if (Array.isArray(value)) return value.map((one, index) => [`[${index}]`, one]);
  if (!isJsonObject(value)) return undefined;
  return Object.entries(value).map(([key, one]) => [`.${cutText(key, 100)}`, one]);
}

/** What other template languages put between the braces; a key that begins like this is reached as `@alert.#key`. */
const noPathPattern = /^[#/^>!&{]|\|/;

function textProblem(text: string): string | undefined {
  for (let open = text.indexOf("{{"); open !== -1; ) {
    const close = text.indexOf("}}", open + 2);
    if (close === -1) return "A `{{` is never closed: end it with `}}`.";
    const path = text.slice(open + 2, close).trim();
    const shown = `\`{{${cutText(path, 100)}}}\``;
    if (path === "") {
      return "There is nothing between `{{` and `}}`: name a field, e.g. `{{name}}`.";
    }
    if (path.length > pathLengthMax) {
      return `The path ${shown} is longer than ${pathLengthMax} characters.`;
    }
    if (noPathPattern.test(path)) {
      return `${shown} is no path: only fields can be filled in, e.g. \`{{results_table.rows[0].user}}\`; there are no blocks, filters or expressions.`;
    }
    open = text.indexOf("{{", close + 2);
  }
  return undefined;
}

/**
 * Renders a tree that `payloadProblem` found none with.
 * @returns JSON text, or undefined when it would be longer than `renderedLengthMax`.
 */
export function renderPayload(payload: JsonValue, alert: SinkAlert): string | undefined {
  const writer: Writer = { pieces: [], spareLength: renderedLengthMax };
  return write(payload, payloadFields(alert), writer) ? writer.pieces.join("") : undefined;
}

/** What paths lead into: the alert as it came, and what is known of it whether it said so or not. */
function payloadFields(alert: SinkAlert): JsonObject {
  return {
    uid: alert.uid,
    action: alert.action,
    dedup_key: alert.dedupKey,
    severity_id: alert.severityId,
    severity: severityNames[alert.severityId],
    received_at: formatTimestamp(timestampFromMs(alert.receivedAt), 3),
    ...alert.fields(),
  };
}

interface Writer {
  readonly pieces: string[];
  spareLength: number;
}

/** False once the text is too long: a short template may name a large field a thousand times. */
function put(text: string, writer: Writer): boolean {
  writer.spareLength -= text.length;
  if (writer.spareLength < 0) return false;
  writer.pieces.push(text);
  return true;
}

function write(value: JsonValue, fields: JsonObject, writer: Writer): boolean {
  if (typeof value === "string") return put(renderString(value, fields), writer);
  if (Array.isArray(value)) {
    const items = value.every(
      (item, index) => put(index === 0 ? "[" : ",", writer) && write(item, fields, writer),
    );
    return items && put(value.length === 0 ? "[]" : "]", writer);
  }
  if (!isJsonObject(value)) return put(stringifyJson(value), writer);
  const entries = Object.entries(value);
  const members = entries.every(
    ([key, item], index) =>
      put(`${index === 0 ? "{" : ","}${JSON.stringify(key)}:`, writer) &&
      write(item, fields, writer),
  );
  return members && put(entries.length === 0 ? "{}" : "}", writer);
}

function renderString(text: string, fields: JsonObject): string {
  const path = onlyPath(text);
  const value = path === undefined ? undefined : findValue(path, fields);
  return stringifyJson(value ?? renderText(text, fields, text.length + templateValueLengthMax));
}
