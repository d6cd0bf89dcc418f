/** A call of the API as a command that can be pasted into a shell; the key stays a variable. */
export function curlOf(method: "POST" | "GET", path: string, body?: unknown): string {
  const given =
    body === undefined ? "" : ` \\\n  -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`;
  const isJson = body === undefined ? "" : ' -H "Content-Type: application/json"';
  const verb = method === "GET" || body !== undefined ? "" : "-X POST ";
  return `curl ${verb}"${window.location.origin}${path}" \\\n  -H "Authorization: Bearer $API_KEY"${isJson}${given}`;
}
