import assert from "node:assert/strict";
import { test } from "node:test";
import { readVerdict } from "./verdict.ts";

const stateOf = (answer: unknown) => readVerdict(JSON.stringify(answer)).state;

test("what npm could not ask is not verified, whatever it printed", () => {
  const summary = "request to https://keys.example/root.json failed, reason: ENOTFOUND";
  const verdict = readVerdict(
    JSON.stringify({ error: { code: "ENOTFOUND", summary, detail: "" } }),
  );
  assert.equal(verdict.state, "not verified");
  assert.match(verdict.text, /could not be asked \(request to .*ENOTFOUND\)/);
  for (const text of ["", "{", "null", "[]", "{}", '{"invalid":[]}', '{"message":"405"}']) {
    assert.equal(readVerdict(text).state, "not verified", text);
  }
});

test("signatures are verified when none is wrong and none is missing", () => {
  assert.equal(stateOf({ invalid: [], missing: [] }), "verified");
  const one = { name: "left-pad", version: "1.3.0" };
  assert.equal(stateOf({ invalid: [one], missing: [] }), "wrong");
  assert.equal(stateOf({ invalid: [], missing: [one] }), "wrong");
});

test("a known hole is wrong", () => {
  assert.equal(stateOf({ metadata: { vulnerabilities: { total: 0 } } }), "verified");
  assert.equal(stateOf({ metadata: { vulnerabilities: { total: 2 } } }), "wrong");
});
