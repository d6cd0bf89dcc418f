/** What a mail must be so that it can be sent, read and never taken for another one. */

import assert from "node:assert/strict";
import type { MailRequest } from "../../src/sinks/sink-type.ts";

const tags = "a|b|body|br|h1|head|html|meta|p|span|table|td|th|title|tr";

/** Fails unless this mail is sound: headers of one line, HTML in which no alert text is markup. */
export function assertMailTakes(mail: MailRequest): void {
  const headers = [mail.from, mail.subject, mail.messageId, ...Object.values(mail.headers)];
  for (const text of [...headers, ...mail.to]) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    assert.doesNotMatch(text, /[\u0000-\u001f\u007f]/);
    assert.ok(text.isWellFormed());
  }
  assert.ok(mail.subject.length >= 1 && mail.subject.length <= 200, `${mail.subject.length}`);
  assert.match(mail.messageId, /^[A-Za-z0-9.-]+@[A-Za-z0-9.-]+$/);
  assert.ok(mail.to.length >= 1 && mail.to.length <= 20);
  for (const name of ["References", "In-Reply-To"]) {
    assert.match(mail.headers[name] ?? "", /^<[A-Za-z0-9.-]+@[A-Za-z0-9.-]+>$/);
  }
  assert.equal(mail.headers["Auto-Submitted"], "auto-generated");
  assert.ok(mail.text.isWellFormed() && mail.html.isWellFormed());
  assert.ok(mail.text.length + mail.html.length < 500_000);
  const body = mail.html.replace(/^<!doctype html>/, "");
  const markup = new RegExp(`</?(?:${tags})(?: [a-z]+="[^"<>]*")*>`, "g");
  assert.doesNotMatch(body.replace(markup, ""), /[<>]/, "alert text is markup");
  assert.doesNotMatch(body, /(href|style)="(?!https?:|[a-z-]+:)/i);
  assert.doesNotMatch(body, /href="(?!https?:\/\/)/i);
}
