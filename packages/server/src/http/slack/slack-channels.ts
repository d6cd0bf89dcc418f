import { Type } from "typebox";
import { ApiError } from "../../errors.ts";
import { channelName, type SlackChannel } from "../../sinks/slack/channels.ts";
import type { App, HttpContext } from "../context.ts";
import { scopeOf } from "../gate/auth.ts";
import { ref, responses, secured } from "../openapi.ts";
import { Pagination, pageQuery, paginationOf, readPage } from "../wire/pagination.ts";
import { IdParams, notFound, readId } from "../wire/resource-schemas.ts";
import { type ChannelList, channelKey } from "./slack-channel-book.ts";

const list = "slack_channel";

const SlackChannelView = Type.Object(
  {
    id: Type.String({ description: "what `channel_id` of a Slack sink takes" }),
    name: Type.String({ description: "without #" }),
    is_private: Type.Boolean(),
    is_member: Type.Boolean({
      description: "false: the app may have to be invited first, /invite @ and its name",
    }),
  },
  { $id: "SlackChannel" },
);

const Channels = Type.Object({
  data: Type.Object({ channels: Type.Array(ref(SlackChannelView)) }),
  pagination: Pagination,
  is_partial: Type.Optional(
    Type.Boolean({
      description:
        "true while Slack has not told all channels yet, else left out; ask again after Retry-After",
    }),
  ),
});

const Query = Type.Object(
  {
    query: Type.Optional(
      Type.String({ maxLength: 100, description: "part of a channel's name; # is ignored" }),
    ),
    ...pageQuery,
  },
  { additionalProperties: false },
);

/** `GET /v1/slack_integration/{id}/channels`: the channels the app can see, by name. */
export function slackChannelRoutes(app: App, context: HttpContext): void {
  app.addSchema(SlackChannelView);
  const schema = {
    tags: ["Slack integrations"],
    summary: "Search the channels of a Slack integration's workspace",
    description:
      "By name. Private channels are listed once the app is in them. Kept for five minutes; " +
      "a large workspace takes Slack some minutes, so the first answers may be partial.",
    security: secured,
    params: IdParams,
    querystring: Query,
    response: responses(Channels, 404, 429),
  };
  app.get("/v1/slack_integration/:id/channels", { schema }, async (request, reply) => {
    const { principal, params, query } = request;
    const id = readId(params.id, "Slack integration");
    const page = readPage(query, list, (text) => text.length <= 256);
    const found = await context.store.getSlackIntegration({ tenantId: scopeOf(principal), id });
    if (found === null) throw notFound("Slack integration", id);
    const known = await context.channelBooks.read(found);
    const matching = findChannels(known, query.query ?? "", page.after);
    if (!known.isComplete) {
      if (matching.length === 0) throw notYet(known);
      reply.header("retry-after", known.retryAfterS);
    }
    const items = matching.slice(0, page.limit);
    const last = items.at(-1);
    const hasNext = matching.length > items.length && last !== undefined;
    return {
      data: { channels: items.map(channelView) },
      pagination: paginationOf({ items, next: hasNext ? channelKey(last) : null }, list),
      ...(known.isComplete ? {} : { is_partial: true }),
    };
  });
}

function findChannels(
  { channels }: ChannelList,
  query: string,
  after: string | null,
): readonly SlackChannel[] {
  const wanted = channelName(query);
  return channels.filter(
    (channel) =>
      (after === null || channelKey(channel) > after) && channelName(channel.name).includes(wanted),
  );
}

/** "None found" would be a guess while Slack has not told all. */
function notYet({ isRateLimited, retryAfterS }: ChannelList): ApiError {
  return isRateLimited
    ? new ApiError(
        "rate_limited",
        "Slack limits how fast its channels may be listed, and none of those it has told so far fits: ask again after Retry-After.",
        { retryAfterS },
      )
    : new ApiError(
        "unavailable",
        "Slack has not told its channels in time, and none of those known so far fits: ask again after Retry-After.",
        { retryAfterS },
      );
}

function channelView({ id, name, isPrivate, isMember }: SlackChannel) {
  return { id, name, is_private: isPrivate, is_member: isMember };
}
