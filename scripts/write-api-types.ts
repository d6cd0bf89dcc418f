/** Writes the client's types of the API from the description that the service gives of itself. */

import { writeFileSync } from "node:fs";
import { makeApiTypes } from "../packages/client/test/make-api-types.ts";
import { openFreshHttp } from "../packages/server/test/support/fresh-http.ts";

const http = await openFreshHttp();
const { json } = await http.call("GET", "/openapi.json", undefined, { key: null });
writeFileSync(
  new URL("../packages/client/src/generated/api.ts", import.meta.url),
  await makeApiTypes(json),
);
await http.close();
