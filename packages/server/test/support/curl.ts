/**
 * As much of curl as the documented examples use (-H, -X, -d, -G, --data-urlencode), for
 * machines that have none: `node curl.ts URL …`. node:http, since `fetch` refuses a body on GET.
 */

import { request } from "node:http";

const words = process.argv.slice(2);
const headers: Record<string, string> = {};
const data: string[] = [];
let method: string | undefined;
let url = "";
let isDataInQuery = false;

for (let word = words.shift(); word !== undefined; word = words.shift()) {
  if (word === "-G") isDataInQuery = true;
  else if (word === "-X") method = words.shift();
  else if (word === "-d") data.push(words.shift() ?? "");
  else if (word === "-H") {
    const [name = "", ...value] = (words.shift() ?? "").split(":");
    headers[name] = value.join(":").trim();
  } else if (word === "--data-urlencode") {
    const [name = "", ...value] = (words.shift() ?? "").split("=");
    data.push(`${name}=${encodeURIComponent(value.join("="))}`);
  } else url = word;
}

const body = isDataInQuery ? "" : data.join("&");
const target = isDataInQuery ? `${url}?${data.join("&")}` : url;
const outgoing = request(target, {
  method: method ?? (body === "" ? "GET" : "POST"),
  headers: body === "" ? headers : { ...headers, "content-length": Buffer.byteLength(body) },
});
outgoing.on("response", (answer) => answer.pipe(process.stdout));
outgoing.end(body);
