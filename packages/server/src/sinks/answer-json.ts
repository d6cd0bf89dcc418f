import { isJsonObject, type JsonObject, type JsonValue, parseJson } from "../domain/json.ts";

/** An answer's body as a JSON object; undefined when it is something else, or was cut. */
export function readJsonObject(body: string): JsonObject | undefined {
  try {
    const value = parseJson(body);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The strings of a JSON array; none for anything else. */
export function strings(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
