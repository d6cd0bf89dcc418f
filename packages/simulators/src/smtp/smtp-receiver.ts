/**
 * An SMTP server that keeps the mail it takes, read by a parser of its own
 * (`postal-mime`), and refuses what a careful server refuses: lines over 998 characters
 * (RFC 5322 section 2.1.1), headers that must be there once and are not (section 3.6), and
 * bytes beyond ASCII in a header.
 */

import type { AddressInfo } from "node:net";
import PostalMime from "postal-mime";
import { SMTPServer, type SMTPServerError } from "smtp-server";

/** The steps of a session at which it can be made to refuse. */
export type SmtpStage = "connect" | "login" | "sender" | "recipient" | "data";

export interface SmtpReceiverOptions {
  readonly port?: number;
  /** Without it anybody may send. */
  readonly login?: { readonly user: string; readonly password: string };
  /** PEM; offers STARTTLS, or with `isTls` speaks TLS from the start. */
  readonly certificate?: { readonly cert: string; readonly key: string };
  readonly isTls?: boolean;
}

export interface ReceivedMail {
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  readonly isEncrypted: boolean;
  /** As it came. */
  readonly raw: string;
  /** Names in lower case; the last one of a name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** With angle brackets. */
  readonly messageId: string;
}

export interface SmtpReceiver {
  readonly port: number;
  readonly host: string;
  readonly mails: readonly ReceivedMail[];
  /** Mails that broke a rule, with the rule. */
  readonly refusals: readonly string[];
  /** How many sessions were opened. */
  sessionCount(): number;
  /** Answers the next `count` of this stage with a code and a text. */
  refuseNext(count: number, stage: SmtpStage, code: number, text: string): void;
  /** Never answers the next session at this stage. */
  hangNext(stage: SmtpStage): void;
  /** How many sessions have got as far as where they hang. */
  hangCount(): number;
  /** Forgets every planned refusal and hang. */
  behave(): void;
  /** Refuses this recipient alone, with 550, for good. */
  refuseRecipient(address: string): void;
  stop(): Promise<void>;
}

interface Plan {
  left: number;
  readonly stage: SmtpStage;
  /** Null: hang. */
  readonly error: SMTPServerError | null;
}

type Done = (error?: SMTPServerError | null) => void;

export async function startSmtpReceiver(options: SmtpReceiverOptions = {}): Promise<SmtpReceiver> {
  const mails: ReceivedMail[] = [];
  const refusals: string[] = [];
  const unknown = new Set<string>();
  let plans: Plan[] = [];
  let sessionCount = 0;
  let hangCount = 0;

  /** Goes on with `next` unless a plan for this stage says otherwise. */
  function at(stage: SmtpStage, done: Done, next: () => void): void {
    const plan = plans.find((one) => one.stage === stage && one.left > 0);
    if (plan === undefined) {
      next();
      return;
    }
    plan.left -= 1;
    plans = plans.filter((one) => one.left > 0);
    if (plan.error === null) hangCount += 1;
    else done(plan.error);
  }

  const server = new SMTPServer({
    secure: options.isTls ?? false,
    ...(options.certificate ?? {}),
    ...(options.certificate === undefined ? { hideSTARTTLS: true } : {}),
    authOptional: options.login === undefined,
    // A login over an open line is the sender's choice; what it chose is in `isEncrypted`.
    allowInsecureAuth: true,
    disableReverseLookup: true,
    logger: false,
    onConnect(_session, done) {
      sessionCount += 1;
      at("connect", done, () => done());
    },
    onAuth({ username, password }, _session, done) {
      at(
        "login",
        (error) => done(error ?? null),
        () => {
          const isRight =
            options.login === undefined ||
            (username === options.login.user && password === options.login.password);
          if (isRight) done(null, { user: username });
          else done(smtpError(535, `5.7.8 Username and Password not accepted: ${password}`));
        },
      );
    },
    onMailFrom: (_address, _session, done) => at("sender", done, () => done()),
    onRcptTo({ address }, _session, done) {
      at("recipient", done, () =>
        unknown.has(address) ? done(smtpError(550, "5.1.1 No such user here")) : done(),
      );
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        at("data", done, () => {
          const { mailFrom, rcptTo } = session.envelope;
          const envelope = {
            from: mailFrom === false ? "" : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
          };
          void read(Buffer.concat(chunks), envelope, session.secure).then((mail) => {
            const problem = problemOf(mail);
            if (problem === null) mails.push(mail);
            else refusals.push(problem);
            done(problem === null ? null : smtpError(554, `5.6.0 ${problem}`));
          });
        });
      });
    },
  });
  // A sender that hangs up is what many tests are for.
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(options.port ?? 0, "127.0.0.1", () => resolve());
  });

  return {
    port: (server.server.address() as AddressInfo).port,
    host: "127.0.0.1",
    mails,
    refusals,
    sessionCount: () => sessionCount,
    hangCount: () => hangCount,
    refuseNext(count, stage, code, text) {
      plans.push({ left: count, stage, error: smtpError(code, text) });
    },
    hangNext(stage) {
      plans.push({ left: 1, stage, error: null });
    },
    behave() {
      plans = [];
    },
    refuseRecipient: (address) => void unknown.add(address),
    stop() {
      for (const connection of server.connections) connection.close();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function smtpError(code: number, text: string): SMTPServerError {
  return Object.assign(new Error(text), { responseCode: code });
}

async function read(
  bytes: Buffer,
  envelope: ReceivedMail["envelope"],
  isEncrypted: boolean,
): Promise<ReceivedMail> {
  const parsed = await PostalMime.parse(bytes);
  return {
    envelope,
    isEncrypted,
    raw: bytes.toString("latin1"),
    headers: Object.fromEntries(parsed.headers.map(({ key, value }) => [key, value])),
    from: parsed.from?.address ?? "",
    to: (parsed.to ?? []).map(({ address }) => address ?? ""),
    subject: parsed.subject ?? "",
    text: parsed.text ?? "",
    html: parsed.html ?? "",
    messageId: parsed.messageId ?? "",
  };
}

const onceOnly = ["from", "to", "date", "message-id", "subject"];
const atMostOnce = ["in-reply-to", "references", "bcc", "cc", "reply-to", "sender"];

function problemOf({ raw }: ReceivedMail): string | null {
  const head = raw.slice(0, raw.indexOf("\r\n\r\n"));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: bytes beyond ASCII are what is looked for
  if (/[^\x09\x0a\x0d\x20-\x7e]/.test(head)) return "a header is not ASCII";
  if (/(^|[^\r])\n|\r(?!\n)/.test(raw)) return "a line does not end with CRLF";
  if (raw.split("\r\n").some((line) => line.length > 998)) return "a line is too long";
  const names = head
    .replace(/\r\n[ \t]/g, " ")
    .split("\r\n")
    .map((line) => line.slice(0, line.indexOf(":")).toLowerCase());
  for (const name of onceOnly) {
    if (names.filter((one) => one === name).length !== 1) return `${name} must be there once`;
  }
  for (const name of atMostOnce) {
    if (names.filter((one) => one === name).length > 1) return `${name} is there twice`;
  }
  return null;
}
