import type { SlackSimulator } from "../src/slack/slack-simulator.ts";

export interface SlackAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>> & { readonly error?: string };
}

/** Calls a method as a plain HTTP client would; for the tests of this package only. */
export async function callSlack(
  simulator: SlackSimulator,
  method: string,
  args: unknown,
  options: { token?: string; type?: string; headers?: Record<string, string> } = {},
): Promise<SlackAnswer> {
  const type = options.type ?? "application/json; charset=utf-8";
  const isForm = type.startsWith("application/x-www-form-urlencoded");
  const form = () => new URLSearchParams(args as Record<string, string>).toString();
  const response = await fetch(`${simulator.url}${method}`, {
    method: "POST",
    headers: {
      "content-type": type,
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...options.headers,
    },
    body: typeof args === "string" ? args : isForm ? form() : JSON.stringify(args),
  });
  const body = (await response.json()) as SlackAnswer["body"];
  return { status: response.status, headers: response.headers, body };
}
