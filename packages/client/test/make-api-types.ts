import openapiTypescript, { astToString } from "openapi-typescript";

/**
 * The client's types of the API.
 * @param description the service's `/openapi.json`.
 * @returns the text of `src/generated/api.ts`.
 */
export async function makeApiTypes(description: object): Promise<string> {
  // The generator changes what it is given.
  const nodes = await openapiTypescript(structuredClone(description) as never, {
    alphabetize: true,
  });
  return `// Made from the service's /openapi.json by scripts/write-api-types.ts; a test compares.\n\n${astToString(nodes)}`;
}
