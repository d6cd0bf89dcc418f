/**
 * How mail leaves: one connection for each mail, to the operator's SMTP server and nowhere
 * else. A reply of the server is a response, whatever it says; what prevents a reply is a
 * failure. `ambiguous` means that the whole mail was handed over and no reply came.
 *
 * No pool: a connection kept for the next alert is one the server may have closed, and
 * mails are few. The library is loaded with the first mail: most services send none, and it
 * would take some 15 MB of memory.
 */

import { isIP } from "node:net";
import { Readable } from "node:stream";
import type { SMTPConnectionSendInfo } from "nodemailer/lib/smtp-connection";
import { type Clock, systemClock } from "../clock.ts";
import { redact, Secret } from "../secret.ts";
import { codeOf } from "./failure.ts";
import type { Mail, Mailer, OutboundResult } from "./outbound.ts";

export interface MailerOptions {
  /** Certificate authorities (PEM) trusted instead of Node's own. */
  readonly ca?: string;
  readonly clock?: Clock;
}

/** Of a server's reply this much is kept. */
const replyLengthMax = 2_000;

/**
 * A mailer for the server of EVENT_SINKS_SMTP_URL; `setting-readers.ts` has checked the URL.
 * @param smtpUrl null when none is set: every mail fails, and says so.
 */
export function createMailer(smtpUrl: Secret | null, options: MailerOptions = {}): Mailer {
  const { clock = systemClock } = options;
  const running = new Set<AbortController>();
  const server = smtpUrl === null ? null : readServer(smtpUrl, options.ca);
  let isClosed = false;
  return {
    async send(mail, timeoutMs) {
      if (server === null) return unsent(notSet);
      if (isClosed) return unsent("The service is stopping.");
      const controller = new AbortController();
      running.add(controller);
      let isOver = false;
      const timer = clock.setTimer(timeoutMs, () => {
        isOver = true;
        controller.abort();
      });
      const startedAt = performance.now();
      try {
        const end = await exchange(mail, server, controller.signal);
        const durationMs = Math.round(performance.now() - startedAt);
        if (end.kind === "response" || !isOver) return { ...end, durationMs };
        const detail = `No reply from ${server.host} within ${timeoutMs / 1000} s.`;
        return { ...end, reason: "timeout", detail, durationMs };
      } finally {
        timer.cancel();
        running.delete(controller);
      }
    },
    async close() {
      isClosed = true;
      for (const controller of running) controller.abort();
    },
  };
}

const notSet =
  "EVENT_SINKS_SMTP_URL is not set, so there is no SMTP server to send mail through. The operator must set it, and EVENT_SINKS_MAIL_FROM.";

function unsent(detail: string): OutboundResult {
  return {
    kind: "failure",
    reason: "connection_failed",
    detail,
    ambiguous: false,
    durationMs: 0,
  };
}

interface Server {
  readonly host: string;
  /** What must not be seen: the URL and its parts, as they stand there and decoded. */
  readonly secrets: readonly Secret[];
  readonly transport: {
    readonly host: string;
    readonly port: number;
    readonly secure: boolean;
    readonly requireTLS: boolean;
    readonly ignoreTLS: boolean;
    readonly auth?: { readonly user: string; readonly pass: string };
    readonly tls: { readonly rejectUnauthorized: true; readonly ca?: string };
  };
}

function readServer(smtpUrl: Secret, ca: string | undefined): Server {
  const url = new URL(smtpUrl.reveal());
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const secure = url.protocol === "smtps:";
  const asksFor = (name: string) => url.searchParams.get(name) === "true";
  const isPlain = asksFor("ignoreTLS") || (isLoopback(host) && !asksFor("requireTLS"));
  const [user, pass] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  return {
    host,
    secrets: [smtpUrl, new Secret(pass), new Secret(url.password), ...loginForms(user, pass)],
    transport: {
      host,
      port: url.port === "" ? (secure ? 465 : 587) : Number(url.port),
      secure,
      requireTLS: !secure && !isPlain,
      ignoreTLS: isPlain,
      ...(user === "" ? {} : { auth: { user, pass } }),
      // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED cannot switch it off.
      tls: { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) },
    },
  };
}

/** As AUTH PLAIN and AUTH LOGIN write a password, which a server may echo. */
function loginForms(user: string, pass: string): Secret[] {
  if (pass === "") return [];
  const base64 = (text: string) => new Secret(Buffer.from(text).toString("base64"));
  return [base64(`\0${user}\0${pass}`), base64(pass)];
}

function isLoopback(host: string): boolean {
  if (host === "localhost" || host === "::1") return true;
  return isIP(host) === 4 && host.startsWith("127.");
}

type End =
  | Extract<OutboundResult, { kind: "response" }>
  | Extract<OutboundResult, { kind: "failure" }>;

async function exchange(mail: Mail, server: Server, signal: AbortSignal): Promise<End> {
  const message = Readable.from([await compose(mail)]);
  let isHandedOver = false;
  // Read once the server has said that it waits for the mail (354), and not before.
  message.once("end", () => {
    isHandedOver = true;
  });
  const mask = (text: string) => redact(text, server.secrets).slice(0, replyLengthMax);
  try {
    const from = /<([^<>]+)>$/.exec(mail.from)?.[1] ?? mail.from;
    const sent = await hold(server, { from, to: [...mail.to] }, message, signal);
    const refused = (sent.rejectedErrors ?? []).map((error) => mask(error.message));
    const headers =
      sent.rejected.length === 0
        ? {}
        : { "refused-recipients": `${sent.rejected.join(", ")} (${refused.join("; ")})` };
    return reply(Number.parseInt(sent.response, 10) || 250, mask(sent.response), headers);
  } catch (error) {
    const status = numberOf(error, "responseCode");
    if (status === undefined) return explain(error, server, isHandedOver);
    const [command = ""] = textOf(error, "command").split(/\s/, 1);
    const said = textOf(error, "response") || (error instanceof Error ? error.message : "");
    return reply(status, mask(said), command === "" ? {} : { "smtp-command": command });
  }
}

/** One session: connects, logs in, hands the mail over, and closes whatever happens. */
async function hold(
  { transport: { auth, ...options } }: Server,
  envelope: { from: string; to: string[] },
  message: Readable,
  signal: AbortSignal,
): Promise<SMTPConnectionSendInfo> {
  const { default: SMTPConnection } = await import("nodemailer/lib/smtp-connection");
  return new Promise<SMTPConnectionSendInfo>((resolve, reject) => {
    const connection = new SMTPConnection({
      ...options,
      // The timer of `send` bounds everything; these only keep a dead socket from staying.
      connectionTimeout: 30_000,
      greetingTimeout: 60_000,
      socketTimeout: 120_000,
      maxResponseSize: 64 * 1024,
      logger: false,
    });
    const end = (finish: () => void) => {
      signal.removeEventListener("abort", abort);
      connection.close();
      finish();
    };
    const fail = (error: unknown) => end(() => reject(error));
    const abort = () => fail(Object.assign(new Error("called off"), { code: "EABORT" }));
    const sendMessage = () =>
      connection.send(envelope, message, (error, info) => {
        if (error || info === undefined) fail(error);
        else end(() => resolve(info));
      });
    signal.addEventListener("abort", abort, { once: true });
    connection.on("error", fail);
    connection.connect((error) => {
      if (error) fail(error);
      else if (auth === undefined || !connection.allowsAuth) sendMessage();
      else
        connection.login({ credentials: auth }, (refusal) =>
          refusal ? fail(refusal) : sendMessage(),
        );
    });
    if (signal.aborted) abort();
  });
}

/**
 * The mail as bytes. Addresses go in as data, never as text to be parsed; every header
 * value is encoded and folded by the composer, which takes line breaks out of it.
 */
async function compose(mail: Mail): Promise<Buffer> {
  const { default: MailComposer } = await import("nodemailer/lib/mail-composer");
  const [, name = "", address = mail.from] = /^([^<]*)<([^<>]+)>$/.exec(mail.from) ?? [];
  const composer = new MailComposer({
    from: { name: name.trim(), address },
    to: mail.to.map((one) => ({ name: "", address: one })),
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    messageId: `<${mail.messageId}>`,
    headers: { ...mail.headers },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

function reply(status: number, body: string, headers: Readonly<Record<string, string>>): End {
  return { kind: "response", status, headers, body, isBodyCut: false, durationMs: 0 };
}

/** Why no reply came. */
function explain(error: unknown, { host }: Server, isHandedOver: boolean): End {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : "";
  const failure = { kind: "failure", ambiguous: isHandedOver, durationMs: 0 } as const;
  if (code === "ETLS" || /certificate|\btls\b|\bssl\b|handshake|altname/i.test(message)) {
    return {
      ...failure,
      reason: "tls_failed",
      detail: `No trusted TLS connection with ${host}. The operator should check the host and port of EVENT_SINKS_SMTP_URL.`,
    };
  }
  if (code === "ETIMEDOUT" || code === "EABORT") {
    return { ...failure, reason: "timeout", detail: `No reply from ${host} in time.` };
  }
  if (code === "EPROTOCOL") {
    return { ...failure, reason: "bad_response", detail: `What ${host} answered is not SMTP.` };
  }
  const why = isHandedOver ? "broke before it took the mail" : "failed";
  return {
    ...failure,
    reason: "connection_failed",
    detail: `The connection to ${host} ${why}${code === "" ? "" : ` (${code})`}.`,
  };
}

function numberOf(error: unknown, name: string): number | undefined {
  const value: unknown = Object(error)[name];
  return typeof value === "number" ? value : undefined;
}

function textOf(error: unknown, name: string): string {
  const value: unknown = Object(error)[name];
  return typeof value === "string" ? value : "";
}
