/** Closed lists and their sentences, read out of the API's description of itself. */

import { useCall } from "./api.ts";

interface Field {
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Field[];
  readonly description?: string;
}

interface Described {
  readonly components?: {
    readonly schemas?: Readonly<
      Record<string, { readonly properties?: Readonly<Record<string, Field>> }>
    >;
  };
}

function useField(schema: string, name: string): Field {
  const asked = useCall("GET /openapi.json");
  const { components } = (asked.data ?? {}) as Described;
  const field = components?.schemas?.[schema]?.properties?.[name] ?? {};
  return field.anyOf?.find((shape) => shape.enum !== undefined) ?? field;
}

/** What a field of a resource may be, e.g. the `reason` of a `Delivery`. */
export function useChoices(schema: string, name: string): readonly string[] {
  return useField(schema, name).enum ?? [];
}

/** What each reason means, in the API's words. */
export function useReasonTexts(): ReadonlyMap<string, string> {
  const { description = "" } = useField("Delivery", "reason");
  return new Map(
    description.split("; ").map((line) => {
      const [reason = "", text = ""] = line.split(": ");
      return [reason, text];
    }),
  );
}
