import type { AcceptedEvent, SlackMessage, WebhookDelivery } from "@event-sinks/simulators";
import { print } from "./print.ts";
import { renderBlocks } from "./render-blocks.ts";

/** Each Slack message as lines of text, about as a person sees it. */
export function printSlack(messages: readonly SlackMessage[]): void {
  for (const { blocks, text } of messages) {
    print.platform("Slack", "#security-alerts, chat.postMessage");
    print.quoted(blocks === null ? text : renderBlocks(blocks));
  }
}

export function printPagerDuty(events: readonly AcceptedEvent[], incidentCount: number): void {
  print.platform("PagerDuty", `${incidentCount} incidents opened, Events API v2`);
  for (const { action, dedupKey, payload, body } of events) {
    const links = Array.isArray(body["links"]) ? body["links"] : [];
    print.quoted(
      [
        `${action}  ${payload?.["severity"]}  ${payload?.["summary"]}`,
        `dedup_key ${dedupKey}`,
        ...links.map(({ text, href }) => `${text}: ${shorten(String(href))}`),
      ].join("\n"),
    );
  }
}

export function printWebhook(deliveries: readonly WebhookDelivery[], refusedCount: number): void {
  const note = refusedCount === 0 ? "every signature verified" : `${refusedCount} refused`;
  print.platform("Webhook", `Standard Webhooks, ${note}`);
  for (const { request } of deliveries) {
    const { headers, body } = request;
    print.quoted(
      [
        `POST ${request.path}  ${Buffer.byteLength(body)} bytes`,
        `webhook-id ${headers["webhook-id"]}`,
        `webhook-signature ${shorten(headers["webhook-signature"] ?? "")}`,
        `"timestamp":${/"timestamp":(\d+)/.exec(body)?.[1]}   every digit of the nanoseconds`,
      ].join("\n"),
    );
  }
}

function shorten(text: string): string {
  return text.length > 72 ? `${text.slice(0, 71)}…` : text;
}
