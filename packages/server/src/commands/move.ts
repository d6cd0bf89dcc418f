/** Takes everything from a SQLite database to a PostgreSQL database, for good. */

import { dirname, join } from "node:path";
import { type Config, readConfig } from "../config.ts";
import { checkCanary, createSealer } from "../sealer.ts";
import { type Reading, readDatabaseUrl } from "../setting-readers.ts";
import type { MoveProgress } from "../store/move/move-store.ts";
import { type Command, type CommandInput, describeError, refuseSettings } from "./command.ts";

export const moveCommand: Command = {
  name: "move",
  summary: "take everything from SQLite to PostgreSQL, once and for good",
  words: [],
  flags: {
    from: { type: "string", value: "URL", meaning: "the database to leave, sqlite:PATH" },
    to: {
      type: "string",
      value: "URL",
      meaning: "an empty one, postgres://…; EVENT_SINKS_DATABASE_URL when not given",
    },
    cancel: {
      type: "boolean",
      meaning: "give a move up: the database of --from can be used again",
    },
  },
  help:
    "Stop the service first. Tenants, keys, sinks with their sealed secrets, alerts, deliveries with their attempts,\n" +
    "what is pending, and the audit log are taken over and compared at the end. Killed, it goes on where it was when\n" +
    "it is run again. The database of --from is left as it is, but no service starts on it any more.\n" +
    "A password in --to can be seen by other users of this machine: better set EVENT_SINKS_DATABASE_URL.\n" +
    "docs/postgres.md has all the steps.",
  async run({ environment, flags, say, warn }) {
    const settings = readConfig(environment);
    if (!settings.ok) return refuseSettings(settings.problems, warn);
    const from = readFrom(flags["from"]);
    if ("problem" in from) return refuse(from.problem, warn);
    try {
      if (flags["cancel"] === true) return await cancel(from.value, say);
      const to = readTo(flags["to"], settings.config);
      if ("problem" in to) return refuse(to.problem, warn);
      return await move(from.value, to.value, settings.config, say);
    } catch (error) {
      warn(
        `The move has stopped. ${describeError(error)}\nNothing was changed in ${from.value}, and nothing is lost.\n`,
      );
      return 1;
    }
  },
};

function refuse(problem: string, warn: CommandInput["warn"]): 2 {
  warn(`Nothing was moved. ${problem}\n`);
  return 2;
}

function readFrom(text: string | boolean | undefined): Reading<string> {
  if (typeof text !== "string")
    return { problem: "Name the database to leave: --from sqlite:PATH." };
  const reading = readDatabaseUrl(text);
  if ("problem" in reading) return { problem: `--from ${reading.problem}.` };
  if (reading.value.kind === "sqlite") return { value: reading.value.path };
  return {
    problem: "--from must be a SQLite database: a move goes from SQLite to PostgreSQL only.",
  };
}

function readTo(text: string | boolean | undefined, { database }: Config): Reading<string> {
  const isNamed = typeof text === "string";
  const reading = isNamed ? readDatabaseUrl(text) : { value: database };
  if ("problem" in reading) return { problem: `--to ${reading.problem}.` };
  if (reading.value.kind === "postgres") return { value: reading.value.url.reveal() };
  const what = isNamed
    ? "--to must be a PostgreSQL database"
    : "Name the PostgreSQL database: --to";
  return { problem: `${what} postgres://user:password@host:5432/database.` };
}

async function cancel(from: string, say: CommandInput["say"]): Promise<0> {
  const { cancelMove } = await import("../store/move/move-store.ts");
  const wasMoved = await cancelMove(from);
  say(
    wasMoved
      ? `The move of ${from} is given up: a service may start on it again. Empty the PostgreSQL database before anything ` +
          "uses it; what was delivered from there would be delivered again from here.\n"
      : `No move of ${from} was begun.\n`,
  );
  return 0;
}

async function move(
  from: string,
  to: string,
  { encryptionKey, encryptionKeySecond }: Config,
  say: CommandInput["say"],
): Promise<0> {
  // Loaded here, as every start loads all commands.
  const { moveStore } = await import("../store/move/move-store.ts");
  const { placeOf } = await import("../store/postgres/store.ts");
  const startedAt = performance.now();
  say(`From ${from} to ${placeOf(to)}\n`);
  const result = await moveStore({
    from,
    to,
    onProgress: progressTeller(say),
    checkCanary: (canary) => {
      if (encryptionKey === null) return;
      checkCanary(createSealer(encryptionKey, encryptionKeySecond), canary);
    },
  });
  if (result === "was_moved_before") {
    say("It has been moved already. Start the nodes on PostgreSQL.\n");
    return 0;
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const folder = dirname(from);
  say(
    `Moved in ${seconds} s, and compared: all that was there has arrived, row for row.\n\n` +
      "Start the nodes with EVENT_SINKS_DATABASE_URL naming the new database and with the keys of the old one:\n" +
      `  EVENT_SINKS_ENCRYPTION_KEY   the same, or what is in ${join(folder, "encryption.key")}\n` +
      `  EVENT_SINKS_API_KEY          the same, or what is in ${join(folder, "operator.key")}\n` +
      `No service starts on ${from} any more. Keep it until you are content.\n`,
  );
  return 0;
}

/** Long tables are told of this often. */
const tellEveryMs = 2_000;

/** Says of each table what has come of it, and of a long one how it goes on. */
function progressTeller(say: CommandInput["say"]): (progress: MoveProgress) => void {
  let startedAt = 0;
  let startedWith = 0;
  let toldAt = 0;
  return ({ step, label, doneCount, totalCount }) => {
    const now = performance.now();
    const isDone = doneCount === totalCount;
    if (startedAt === 0) {
      startedAt = now;
      startedWith = doneCount;
      toldAt = now;
      const isResumed = doneCount > 0 && !isDone;
      if (isResumed)
        say(`Goes on with ${label} after ${count(doneCount)} of ${count(totalCount)}\n`);
    }
    if (!isDone && now - toldAt < tellEveryMs) return;
    toldAt = now;
    const verb = step === "copy" ? "copied" : "compared";
    if (isDone) {
      if (totalCount > 0) say(`  ${verb.padEnd(9)} ${count(totalCount).padStart(12)}  ${label}\n`);
      startedAt = 0;
      return;
    }
    const perSecond = ((doneCount - startedWith) / (now - startedAt)) * 1000;
    say(
      `  ${"".padEnd(9)} ${count(doneCount).padStart(12)}  of ${count(totalCount)} ${label}` +
        `${perSecond > 0 ? `, ${timeLeft((totalCount - doneCount) / perSecond)} left` : ""}\n`,
    );
  };
}

const count = (value: number) => value.toLocaleString("en-US");

function timeLeft(seconds: number): string {
  if (seconds < 90) return `about ${Math.max(1, Math.round(seconds))} s`;
  return `about ${Math.round(seconds / 60)} min`;
}
