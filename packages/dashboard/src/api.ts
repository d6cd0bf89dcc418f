import {
  type Answer,
  ApiRefusal,
  type CallInput,
  type components,
  createClient,
  type Operation,
} from "@event-sinks/client";
import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";

type Schemas = components["schemas"];
export type EventSink = Schemas["EventSink"];
export type EventSinkStatus = Schemas["EventSinkStatus"];
export type AlertSummary = Schemas["AlertSummary"];
export type Alert = Schemas["Alert"];
export type ApiKey = Schemas["ApiKey"];
export type AuditEntry = Schemas["AuditEntry"];
export type Tenant = Schemas["Tenant"];
export type Replay = Schemas["Replay"];
export type Delivery = Schemas["Delivery"];
export type Attempt = Schemas["Attempt"];
export type SlackIntegration = Schemas["SlackIntegration"];

/** The session's cookie goes along by itself; the header shows that this page made the call. */
export const client = createClient({ headers: { "x-event-sinks-csrf": "1" } });

/** True for what the API refused, false for a connection that failed. */
export function isRefused(error: unknown): error is ApiRefusal {
  return error instanceof ApiRefusal;
}

/** What a query asked for, kept under the operation's name and its input. */
export function useCall<Name extends Operation>(
  operation: Name,
  input: CallInput<Name> = {},
  options: {
    readonly isEnabled?: boolean;
    /** How often it is asked for again; by what came last, where that decides. */
    readonly refreshMs?: number | ((last: Answer<Name> | undefined) => number | false);
  } = {},
) {
  const { refreshMs = false } = options;
  return useQuery<Answer<Name>>({
    queryKey: [operation, input],
    queryFn: ({ signal }) => client.call(operation, { ...input, signal }),
    enabled: options.isEnabled ?? true,
    refetchInterval: (query) =>
      typeof refreshMs === "function" ? refreshMs(query.state.data) : refreshMs,
    // Another filter's answer stays until the new one is there; another resource's would be a lie.
    ...(input.path === undefined ? { placeholderData: keepPreviousData } : {}),
  });
}

interface Paged {
  readonly pagination: { readonly next_page_token: string } | null;
}

/** A list, page by page, as far as somebody has scrolled or asked. */
export function usePages<Name extends Operation>(
  operation: Name,
  query: Readonly<Record<string, unknown>>,
  refreshMs?: number,
) {
  return useInfiniteQuery({
    queryKey: [operation, "pages", query],
    queryFn: async ({ signal, pageParam }) => {
      const page = { "pagination[page_token]": pageParam, "pagination[page_size]": pageSize };
      const input = { query: { ...query, ...page }, signal } as unknown as CallInput<Name>;
      return (await client.call(operation, input)) as Answer<Name> & Paged;
    },
    // A list is a tenant's; without one there is nothing to ask for.
    enabled: query["tenant_id"] !== "",
    initialPageParam: "",
    getNextPageParam: ({ pagination }: Paged) => pagination?.next_page_token,
    // Whoever has read on keeps what they read: to ask for all of it again would cost more and more.
    refetchInterval: ({ state }) =>
      (state.data?.pages.length ?? 0) > 1 ? false : (refreshMs ?? false),
    placeholderData: keepPreviousData,
  });
}

const pageSize = 100;

/** A call that changes something; what is shown is asked for anew afterwards. */
export function useChange<Name extends Operation>(operation: Name) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (input: CallInput<Name>) => client.call(operation, input),
    onSuccess: () => queries.invalidateQueries(),
  });
}
