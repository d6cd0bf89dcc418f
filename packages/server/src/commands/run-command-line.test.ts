import assert from "node:assert/strict";
import { test } from "node:test";
import { version } from "../version.ts";
import type { Command, CommandInput } from "./command.ts";
import { commands } from "./index.ts";
import { runCommandLine } from "./run-command-line.ts";

const calls: Pick<CommandInput, "words" | "flags">[] = [];

const sweep: Command = {
  name: "sweep",
  summary: "sweep a room",
  words: ["ROOM"],
  flags: { wet: { type: "boolean", meaning: "with water" } },
  help: "Rooms are swept from the far end.",
  async run({ words, flags, environment }) {
    if (environment["DUST"] !== undefined) throw new Error("There is too much dust.");
    calls.push({ words, flags: { ...flags } });
    return 0;
  },
};

async function type(text: string, environment: Record<string, string> = {}) {
  const printed = { out: "", err: "" };
  const exitCode = await runCommandLine({
    words: text.split(" ").filter((word) => word !== ""),
    commands: [sweep, ...commands],
    readEnvironment: () => environment,
    say: (more) => {
      printed.out += more;
    },
    warn: (more) => {
      printed.err += more;
    },
  });
  return { exitCode, ...printed };
}

test("a command gets its words and flags, in any order", async () => {
  assert.equal((await type("sweep kitchen --wet")).exitCode, 0);
  assert.equal((await type("sweep --wet kitchen")).exitCode, 0);
  assert.equal((await type("sweep -- --wet")).exitCode, 0);
  assert.deepEqual(calls.splice(0), [
    { words: ["kitchen"], flags: { wet: true } },
    { words: ["kitchen"], flags: { wet: true } },
    { words: ["--wet"], flags: {} },
  ]);
});

test("what a terminal would obey is printed as an escape", async () => {
  const { out, err } = await type("sweep\u001b[2J\u202e\u009b31m\r");
  assert.ok(err.startsWith('"sweep\\u001b[2J\\u202e\\u009b31m\\u000d" is not a command.\n'), err);
  assert.equal(out, "");
});

test("what makes no sense is refused with code 2, the usage, and nothing done", async () => {
  const cases: [string, RegExp][] = [
    ["sweep", /^event-sinks sweep needs ROOM\./],
    ["", /^event-sinks sweep needs ROOM\./],
    ["sweep kitchen hall", /^"hall" is more than it takes\./],
    ["sweep kitchen --dry", /^Unknown option '--dry'/],
    ["swep kitchen", /^"swep" is not a command\./],
    ["help swep", /^"swep" is not a command\./],
  ];
  for (const [text, expected] of cases) {
    const { exitCode, out, err } = await type(text);
    assert.equal(exitCode, 2, text);
    assert.equal(out, "", text);
    assert.match(err, expected);
    assert.match(err, /event-sinks sweep ROOM/, "says how it is called");
  }
  assert.deepEqual(calls, []);
});

test("help is printed to stdout, for all and for each, and does nothing", async () => {
  assert.match((await type("--help")).out, /event-sinks sweep ROOM {2,}sweep a room\n/);
  for (const { name, help, flags } of [sweep, ...commands]) {
    for (const text of [`${name} --help`, `${name} -h`, `help ${name}`]) {
      const { exitCode, out } = await type(text);
      assert.equal(exitCode, 0);
      assert.ok(out.startsWith(`event-sinks ${name}`) && out.includes(help), out);
      for (const flag of Object.keys(flags))
        assert.match(out, new RegExp(`--${flag}( [A-Z]+)? {2,}\\w`));
      for (const line of out.split("\n")) assert.ok(line.length <= 120, line);
    }
  }
  assert.equal((await type("--version")).out, `${version}\n`);
  assert.deepEqual(calls, []);
});

test("a command that fails says so in a sentence, with code 1", async () => {
  const { exitCode, err } = await type("sweep kitchen", { DUST: "1" });
  assert.equal(exitCode, 1);
  assert.equal(err, "event-sinks sweep failed. There is too much dust.\n");
});

test("every command that needs settings refuses bad ones the same way", async () => {
  for (const { name, words } of commands) {
    const { exitCode, err } = await type([name, ...words].join(" "), { EVENT_SINKS_LISTEN: "x" });
    assert.equal(exitCode, 2, name);
    assert.match(err, /^These settings cannot be used:\n {2}- EVENT_SINKS_LISTEN must be/);
  }
});
