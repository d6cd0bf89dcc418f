/** One HTTP request as it came in, kept raw so that a test can look at every byte of it. */
export interface ReceivedRequest {
  /** 1 for the first request of this simulator. */
  readonly sequence: number;
  /** When its head arrived, ms since the epoch by the simulator's clock. */
  readonly receivedAt: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case; repeated headers joined as Node joins them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names and values alternating, in the order and spelling sent. */
  readonly rawHeaders: readonly string[];
  readonly bytes: Buffer;
  /** The bytes read as UTF-8. */
  readonly body: string;
  /** False when the connection was dropped before the body was read, or the body was too large. */
  readonly isBodyRead: boolean;
  /** What was answered; null while nothing was, or when nothing ever will be. */
  answer: { readonly status: number; readonly body: string; readonly at: number } | null;
  /** The kind of behaviour that was played instead of, or around, the plain answer. */
  behaviour: string | null;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, a string as it is. */
  readonly body?: string | Readonly<Record<string, unknown>>;
}
