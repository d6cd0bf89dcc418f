import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { describeJsonFault } from "./json-fault.ts";

function position(text: string): number {
  assert.throws(() => JSON.parse(text), SyntaxError);
  return Number(/\(position (\d+)\)/.exec(describeJsonFault(text))?.[1]);
}

test("the position is that of the first character that cannot go on", () => {
  const faults: [string, number][] = [
    ["hello", 0],
    ['{"a":1,}', 7],
    ["[1,]", 3],
    ["{'a':1}", 1],
    ['{"a" 1}', 5],
    ['{"a":1 "b":2}', 7],
    ['{"a":tru}', 5],
    ['{"a":01}', 6],
    ['{"a":"x\ny"}', 7],
    ['{"a":"\\x"}', 6],
    ["[[[", 3],
    ['{"a":"never closed', 18],
    ['{"a":1}}', 7],
    ["[1]]", 3],
    ["", 0],
  ];
  for (const [text, at] of faults) assert.equal(position(text), at, text);
});

test("line and column count from one", () => {
  assert.match(
    describeJsonFault('{\n  "a": 1,\n  b: 2\n}'),
    /line 3, column 3 .*`b` is out of place/,
  );
  assert.match(describeJsonFault("["), /line 1, column 2 \(position 1\) it ends too early/);
});

test("megabytes of faulty text are read without running out of stack", () => {
  const long = `{"a":"${"x\\n".repeat(1_000_000)}`;
  assert.equal(position(long), long.length);
  assert.equal(position("[".repeat(1_000_000)), 1_000_000);
});

test("JSON with a character taken out or put in is faulty where V8 says, or at the start of that word", () => {
  fc.assert(
    fc.property(
      fc.json(),
      fc.nat(),
      fc.constantFrom("", "}", ",", '"', "x"),
      (json, seed, extra) => {
        const at = seed % (json.length + 1);
        const text = json.slice(0, at) + extra + json.slice(at + (extra === "" ? 1 : 0));
        try {
          JSON.parse(text);
        } catch (error) {
          const v8 = /at position (\d+)/.exec(String(error))?.[1];
          if (v8 !== undefined)
            assert.match(text.slice(position(text), Number(v8)), /^[-+.\\\w]*$/);
          else assert.ok(position(text) <= text.length);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});
