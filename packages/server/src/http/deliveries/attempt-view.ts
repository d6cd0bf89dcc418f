import { type Static, Type } from "typebox";
import { type Reason, reasons } from "../../domain/reason.ts";
import type { Attempt, Exchange } from "../../store/store.ts";
import { Milliseconds, nullable } from "../wire/resource-schemas.ts";
import { milliseconds } from "../wire/wire-time.ts";

const Headers = Type.Record(Type.String(), Type.String());

const exchangeFields = {
  request: Type.Object(
    {
      method: Type.String(),
      url: Type.String(),
      headers: Headers,
      body: nullable(Type.String({ description: "as sent, secrets masked" })),
    },
    { description: "As sent, secrets masked" },
  ),
  response: nullable(
    Type.Object({ status: Type.Integer(), headers: Headers, body: Type.String() }),
  ),
};

export const ReasonField = Type.Enum(Object.keys(reasons) as Reason[], {
  description: Object.entries(reasons)
    .map(([reason, text]) => `${reason}: ${text}`)
    .join("; "),
});

/** One try of a delivery, as it is shown. */
export const AttemptView = Type.Object(
  {
    number: Type.Integer({ description: "1, 2, 3, … within the delivery" }),
    started_at: Milliseconds,
    duration_ms: Type.Number(),
    outcome: Type.Enum(["delivered", "retry", "rejected"]),
    reason: nullable(ReasonField),
    detail: nullable(Type.String({ description: "what happened and the cure" })),
    ambiguous: Type.Boolean({ description: "the platform may have taken it" }),
    degraded: Type.Optional(
      Type.Literal(true, {
        description: "told as plain text, since the platform refused the full message",
      }),
    ),
    next_try_at: nullable(Milliseconds),
    replay: Type.Optional(Type.Literal(true, { description: "sent again on wish" })),
    request: nullable(exchangeFields.request),
    response: exchangeFields.response,
    earlier_exchanges: Type.Optional(
      Type.Array(Type.Object(exchangeFields), {
        description: "Requests of this attempt before the last one, e.g. a look-up",
      }),
    ),
  },
  { $id: "Attempt" },
);

/** @param alertBody what a request body stands for that is kept as null; null when not known. */
export function attemptView(
  attempt: Attempt,
  alertBody: string | null,
): Static<typeof AttemptView> {
  const exchanges = attempt.exchanges.map((exchange) => exchangeView(exchange, alertBody));
  const last = exchanges.pop();
  return {
    number: attempt.number,
    started_at: milliseconds(attempt.startedAt),
    duration_ms: attempt.durationMs,
    outcome: attempt.outcome,
    reason: attempt.reason,
    detail: attempt.detail,
    ambiguous: attempt.ambiguous,
    ...(attempt.isDegraded ? { degraded: true } : {}),
    next_try_at: attempt.nextTryAt === null ? null : milliseconds(attempt.nextTryAt),
    ...(attempt.isReplay === true ? { replay: true as const } : {}),
    request: last?.request ?? null,
    response: last?.response ?? null,
    ...(exchanges.length === 0 ? {} : { earlier_exchanges: exchanges }),
  };
}

function exchangeView({ request, response }: Exchange, alertBody: string | null) {
  const { method, url, headers, body } = request;
  return {
    request: { method, url, headers: { ...headers }, body: body ?? alertBody },
    response:
      response === null
        ? null
        : { status: response.status, headers: { ...response.headers }, body: response.body },
  };
}
