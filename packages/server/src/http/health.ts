/** `/healthz` and `/readyz`: for whatever watches the process. They need no key and tell nothing. */

import { Type } from "typebox";
import { ApiError } from "../errors.ts";
import type { App, HttpContext } from "./context.ts";
import { errorResponses } from "./openapi.ts";

/** A store that takes longer than this to answer a read is not ready. */
const storePatienceMs = 2_000;

const tags = ["Service"];

export function healthRoutes(app: App, { store, clock, isStopping }: HttpContext): void {
  const alive = {
    tags,
    summary: "Is the process alive?",
    response: { 200: Type.Object({ status: Type.Literal("ok") }) },
  };
  app.get("/healthz", { schema: alive }, () => ({ status: "ok" as const }));

  const ready = {
    tags,
    summary: "Can it take alerts?",
    description: "Not while it stops, nor while its store does not answer.",
    response: {
      200: Type.Object({ status: Type.Literal("ready") }),
      503: errorResponses(503)["503"],
    },
  };
  app.get("/readyz", { schema: ready }, async () => {
    if (isStopping())
      throw new ApiError("unavailable", "The service is stopping.", { retryAfterS: 5 });
    const late = Promise.withResolvers<never>();
    const timer = clock.setTimer(storePatienceMs, () => {
      late.reject(new ApiError("unavailable", "The store does not answer.", { retryAfterS: 5 }));
    });
    try {
      await Promise.race([store.getTenant({ id: "readyz" }), late.promise]);
    } finally {
      timer.cancel();
    }
    return { status: "ready" as const };
  });
}
