/**
 * The channels of Slack workspaces, kept for a few minutes.
 *
 * Slack has no search by name, and lists some hundred channels a call, about 20 calls a minute
 * (docs.slack.dev/apis/web-api/rate-limits, tier 2, read 2026-11-23): a large workspace takes
 * minutes. So a book is read page by page and keeps its place: a request reads on for some
 * seconds, Slack's rate limit only interrupts, and the next request goes on from there. While
 * an old book is read anew, it still answers.
 */

import type { SlackIntegration } from "../../domain/event-sink.ts";
import { isJsonObject, type JsonObject } from "../../domain/json.ts";
import { ApiError } from "../../errors.ts";
import type { SinkResponse } from "../../sinks/sink-type.ts";
import { readSlackAnswer, readSlackFailure } from "../../sinks/slack/api.ts";
import {
  type ChannelSearch,
  type SlackChannel,
  searchChannelRequest,
} from "../../sinks/slack/channels.ts";
import { type CallerContext, createSlackCaller, type SlackCaller } from "./slack-caller.ts";

export interface ChannelList {
  /** By name, then id. */
  readonly channels: readonly SlackChannel[];
  /** False while Slack has not told all. */
  readonly isComplete: boolean;
  /** When not complete: when it makes sense to ask again, seconds, and why. */
  readonly retryAfterS: number;
  readonly isRateLimited: boolean;
}

export interface ChannelBooks {
  /** Throws `ApiError` when Slack refuses for good. */
  read(integration: SlackIntegration): Promise<ChannelList>;
  /** After the integration has changed. */
  forget(integrationId: string): void;
}

const bookAgeMsMax = 5 * 60_000;
/** Over all books together; about 150 bytes each. */
const channelsMax = 200_000;
/** A workspace beyond this is searched as far as it was read. */
const channelsPerBookMax = 100_000;
/** Without an answer from Slack. */
const noAnswerRetryS = 5;

interface Book {
  /** By id: pages may overlap when channels are made meanwhile. */
  found: Map<string, SlackChannel>;
  search: ChannelSearch;
  finishedAt: number | null;
  /** Slack asked not to be called before. */
  heldUntil: number;
  /** In order, once finished. */
  sorted: readonly SlackChannel[];
  /** What a book in the making replaces. */
  former: readonly SlackChannel[] | null;
  reading: Promise<"done" | "held" | "no_answer"> | null;
}

const firstPage: ChannelSearch = { name: "", cursor: "", includesPrivate: true };

function emptyBook(former: readonly SlackChannel[] | null): Book {
  return {
    found: new Map(),
    search: firstPage,
    finishedAt: null,
    heldUntil: 0,
    sorted: [],
    former,
    reading: null,
  };
}

export function createChannelBooks(context: CallerContext): ChannelBooks {
  const { clock } = context;
  const books = new Map<string, Book>();

  function bookOf(id: string): Book {
    const known = books.get(id);
    const age = clock.now() - (known?.finishedAt ?? clock.now());
    const isFresh = age >= 0 && age < bookAgeMsMax;
    const book = known !== undefined && isFresh ? known : emptyBook(known?.sorted ?? null);
    // Moved to the end: the least used are dropped first.
    books.delete(id);
    books.set(id, book);
    return book;
  }

  function dropOldest(kept: string): void {
    let count = 0;
    for (const book of books.values()) count += book.found.size + (book.former?.length ?? 0);
    for (const [id, book] of books) {
      if (count <= channelsMax) return;
      if (id === kept || book.reading !== null) continue;
      count -= book.found.size + (book.former?.length ?? 0);
      books.delete(id);
    }
  }

  return {
    async read(integration) {
      const { id } = integration;
      const book = bookOf(id);
      if (book.finishedAt !== null) return complete(book.sorted);
      let end: "done" | "held" | "no_answer" = "held";
      if (clock.now() >= book.heldUntil) {
        book.reading ??= readOn(book, createSlackCaller(integration, context), context).finally(
          () => {
            book.reading = null;
          },
        );
        end = await book.reading;
        dropOldest(id);
      }
      if (end === "done") return complete(book.sorted);
      if (book.former !== null) return complete(book.former);
      const waitMs = book.heldUntil - clock.now();
      return {
        channels: inOrder(book.found.values()),
        isComplete: false,
        retryAfterS: end === "held" ? Math.max(Math.ceil(waitMs / 1_000), 1) : noAnswerRetryS,
        isRateLimited: end === "held",
      };
    },
    forget(id) {
      books.delete(id);
    },
  };
}

/** Reads page after page until the last, a rate limit, or the end of the caller's time. */
async function readOn(
  book: Book,
  caller: SlackCaller,
  { clock }: CallerContext,
): Promise<"done" | "held" | "no_answer"> {
  for (;;) {
    const response = await caller.call((access) => searchChannelRequest(book.search, access));
    if (response === null) return "no_answer";
    const next = readPage(response, book, caller, clock.now());
    if (next === "next") continue;
    if (next === "done") {
      book.sorted = inOrder(book.found.values());
      book.finishedAt = clock.now();
      book.former = null;
    }
    return next;
  }
}

function readPage(
  response: SinkResponse,
  book: Book,
  caller: SlackCaller,
  now: number,
): "next" | "done" | "held" | "no_answer" {
  const answer = readSlackAnswer(response);
  const { includesPrivate, cursor } = book.search;
  if (answer.kind === "error" && answer.error === "invalid_cursor" && cursor !== "") {
    book.search = { ...book.search, cursor: "" };
    return "next";
  }
  const lacksGroups =
    answer.kind === "error" &&
    answer.error === "missing_scope" &&
    answer.needed?.includes("groups:read") === true;
  if (lacksGroups && includesPrivate) {
    book.search = { ...firstPage, includesPrivate: false };
    return "next";
  }
  if (answer.kind !== "ok") {
    const reading = { channel: "", botName: null, secrets: caller.secrets(), now };
    const { outcome } = readSlackFailure(response, answer, reading);
    if (outcome.kind === "rejected") throw new ApiError("slack_refused", outcome.detail);
    if (outcome.reason !== "rate_limited") return "no_answer";
    book.heldUntil = now + (outcome.retryAfterMs ?? 0);
    return "held";
  }
  return takeChannels(answer.body, book);
}

function takeChannels(body: JsonObject, book: Book): "next" | "done" | "no_answer" {
  const { channels, response_metadata: metadata } = body;
  if (!Array.isArray(channels)) return "no_answer";
  for (const item of channels) {
    if (!isJsonObject(item)) continue;
    const { id, name } = item;
    if (typeof id !== "string" || typeof name !== "string") continue;
    const flags = { isMember: item["is_member"] === true, isPrivate: item["is_private"] === true };
    book.found.set(id, { id, name, ...flags });
  }
  const cursor = isJsonObject(metadata) ? metadata["next_cursor"] : undefined;
  const hasMore = typeof cursor === "string" && cursor !== "" && cursor !== book.search.cursor;
  if (!hasMore || book.found.size >= channelsPerBookMax) return "done";
  book.search = { ...book.search, cursor };
  return "next";
}

function complete(channels: readonly SlackChannel[]): ChannelList {
  return { channels, isComplete: true, retryAfterS: 0, isRateLimited: false };
}

function inOrder(channels: Iterable<SlackChannel>): readonly SlackChannel[] {
  return [...channels].sort((a, b) => compare(channelKey(a), channelKey(b)));
}

/** What channels are ordered by and pages go on from: no name has a space. */
export function channelKey({ name, id }: SlackChannel): string {
  return `${name} ${id}`;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
