import type { Mailer } from "../../src/outbound/outbound.ts";

/** For tests that send no mail: an attempt to is a mistake. */
export const noMailer: Mailer = {
  send: () => Promise.reject(new Error("this test sends no mail")),
  close: () => Promise.resolve(),
};
