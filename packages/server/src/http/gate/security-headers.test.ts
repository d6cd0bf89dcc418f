import assert from "node:assert/strict";
import { test } from "node:test";
import { pageHeaders } from "./security-headers.ts";

const policyOf = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    String(headers["content-security-policy"])
      .split("; ")
      .map((directive) => {
        const [name = "", ...values] = directive.split(" ");
        return [name, values];
      }),
  );

test("a page may run its own files' scripts and none else, inline or from elsewhere", () => {
  for (const nonce of ["bm9uY2U", null]) {
    const policy = policyOf(pageHeaders(false, nonce));
    assert.deepEqual(policy["default-src"], ["'none'"]);
    assert.deepEqual(policy["script-src"], ["'self'"]);
    assert.deepEqual(policy["frame-ancestors"], ["'none'"]);
    assert.deepEqual(policy["connect-src"], ["'self'"]);
    for (const [name, values] of Object.entries(policy)) {
      assert.ok(!values.some((value) => /^https?:|\*|unsafe-eval/.test(value)), name);
    }
  }
  const withNonce = policyOf(pageHeaders(false, "bm9uY2U"));
  assert.deepEqual(withNonce["style-src"], ["'self'", "'nonce-bm9uY2U'"]);
});

test("HSTS goes out under TLS only: over HTTP it would be ignored, and promise what is not so", () => {
  assert.ok(pageHeaders(true, null)["strict-transport-security"]);
  assert.equal(pageHeaders(false, null)["strict-transport-security"], undefined);
});
