import { Type } from "typebox";
import { ApiError } from "../../errors.ts";
import { isUuid } from "../../ids.ts";
import type { Listed, Page } from "../../store/store.ts";

const pageSizeDefault = 50;
const pageSizeMax = 1_000;

/** Query parameters of every list, spelt with brackets as in Scanner's API. */
export const pageQuery = {
  "pagination[page_size]": Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: pageSizeMax,
      description: `items on a page, 1 to ${pageSizeMax}; ${pageSizeDefault} when left out`,
    }),
  ),
  "pagination[page_token]": Type.Optional(
    Type.String({
      maxLength: 512,
      description: "`next_page_token` of the page before; empty or left out for the first page",
    }),
  ),
};

/** What a list answers beside its `data`. */
export const Pagination = Type.Union(
  [Type.Object({ next_page_token: Type.String() }), Type.Null()],
  {
    description: "null when nothing follows",
  },
);

interface PageQuery {
  readonly "pagination[page_size]"?: number;
  readonly "pagination[page_token]"?: string;
}

/**
 * The page a query asks for.
 * @param list the resource's name; a token of another list is refused.
 * @param isId what this list's ids look like.
 */
export function readPage(
  query: PageQuery,
  list: string,
  isId: (text: string) => boolean = isUuid,
): Page {
  const token = query["pagination[page_token]"] ?? "";
  const limit = query["pagination[page_size]"] ?? pageSizeDefault;
  return { after: token === "" ? null : readToken(token, list, isId), limit };
}

/** The `pagination` of an answer. */
export function paginationOf(
  { next }: Listed<unknown>,
  list: string,
): { next_page_token: string } | null {
  return next === null ? null : { next_page_token: writeToken(next, list) };
}

/** A token is opaque to callers; it says which list it belongs to, so that mixing them up is found. */
function writeToken(after: string, list: string): string {
  return Buffer.from(`${list}|${after}`).toString("base64url");
}

function readToken(token: string, list: string, isId: (text: string) => boolean): string {
  const text = Buffer.from(token, "base64url").toString();
  const after = text.slice(list.length + 1);
  // Decoding skips what is no base64url, so the way back must give the same token.
  if (text.startsWith(`${list}|`) && isId(after) && writeToken(after, list) === token) return after;
  throw new ApiError(
    "invalid_page_token",
    "`pagination[page_token]` is not a token of this list: send the `next_page_token` of the page " +
      "before as it came, or leave it out to start from the first page.",
    { details: [{ path: "pagination[page_token]", message: "Not a token of this list." }] },
  );
}
