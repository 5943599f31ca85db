import {
  hashKey,
  infiniteQueryOptions,
  type MutationOptions,
  type QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import type { ApiError } from "./api-error.ts";
import { type CallAnswer, type CallRequest, call, type RequestArguments } from "./client.ts";
import type { EndpointName, ResourceName } from "./route-table.ts";

/**
 * A read of one endpoint, for useQuery: `useQuery(query("campaigns", "get", { params: { id } }))`. Keys begin with the
 * resource and the endpoint, so `["campaigns"]` matches everything cached about campaigns.
 */
export function query<R extends ResourceName, N extends EndpointName<R>>(
  resource: R,
  name: N,
  ...[request]: RequestArguments<R, N>
) {
  return queryOptions<CallAnswer<R, N>, ApiError, CallAnswer<R, N>, readonly unknown[]>({
    queryKey: [resource, name, request ?? {}],
    queryFn: ({ signal }) => call(resource, name, (request ?? {}) as CallRequest<R, N>, signal),
  });
}

type Paged<A> = A extends { items: (infer Item)[]; next_cursor: string | null } ? Item : never;

/** What a list is a list of: what was asked, but for the text that is searched for. */
function listOf(key: readonly unknown[]): string {
  const [request, ...others] = key.toReversed() as [{ query?: object }, ...unknown[]];
  return hashKey([...others, { ...request, query: { ...request.query, query: undefined } }]);
}

/**
 * A cursor-paged list, for useInfiniteQuery; `items(data)` flattens the pages loaded so far. While another text is searched for in it, what
 * was found before stays: rows that are gone for a moment would take an open menu and the focus with them.
 */
export function pages<R extends ResourceName, N extends EndpointName<R>>(
  resource: R,
  name: N,
  ...[request]: RequestArguments<R, N>
) {
  type A = CallAnswer<R, N>;
  const queryKey = [resource, name, "pages", request ?? {}];
  return infiniteQueryOptions<
    A,
    ApiError,
    { pages: A[]; pageParams: (string | null)[] },
    readonly unknown[],
    string | null
  >({
    queryKey,
    placeholderData: (before, last) =>
      last && listOf(last.queryKey) === listOf(queryKey) && items(before).length > 0 ? before : undefined,
    queryFn: ({ pageParam, signal }) => {
      const asked = (request ?? {}) as { query?: Record<string, unknown> };
      const paged = { ...asked, query: { ...asked.query, cursor: pageParam ?? undefined } };
      return call(resource, name, paged as CallRequest<R, N>, signal);
    },
    initialPageParam: null,
    getNextPageParam: (last) => (last as { next_cursor: string | null }).next_cursor,
  });
}

/** The rows of every page loaded so far. */
export function items<A>(data: { pages: A[] } | undefined): Paged<A>[] {
  return data?.pages.flatMap((page) => (page as { items: Paged<A>[] }).items) ?? [];
}

/** The other resources that a write to a resource changes. Each also makes itself stale. */
const touches: Partial<Record<ResourceName, readonly ResourceName[]>> = {
  workspaces: ["accounts"],
  people: ["apiKeys"],
  subscription: ["usage"],
  contacts: ["lists", "consent", "properties", "bookings", "workflows"],
  bookings: ["contacts", "workflows"],
  services: ["bookings"],
  locations: ["bookings"],
  resources: ["bookings"],
  workflows: ["bookings"],
  events: ["orders"],
  ticketTypes: ["events", "orders"],
  products: ["events", "orders"],
  orders: ["events", "contacts", "consent"],
  lists: ["contacts"],
  consent: ["contacts"],
  tray: ["contacts", "consent", "campaigns", "alerts"],
  quietHours: ["alerts"],
  erasures: ["contacts", "lists", "usage"],
  messages: ["usage"],
  campaigns: ["usage"],
  senders: ["carriers"],
  carriers: ["senders"],
};

/** Refetches everything that a write to `resource` may have changed. */
export function refresh(client: QueryClient, resource: ResourceName): Promise<unknown> {
  return Promise.all(
    // Every write is recorded in the audit log too.
    [resource, ...(touches[resource] ?? []), "audit"].map((name) => client.invalidateQueries({ queryKey: [name] })),
  );
}

/** A write to one endpoint: `const create = useCall("lists", "create")`, then `create.mutateAsync({ body })`. */
export function useCall<R extends ResourceName, N extends EndpointName<R>>(
  resource: R,
  name: N,
  options: Pick<MutationOptions<CallAnswer<R, N>, ApiError, CallRequest<R, N>>, "onSuccess" | "onError"> = {},
) {
  const client = useQueryClient();
  return useMutation<CallAnswer<R, N>, ApiError, CallRequest<R, N>>({
    mutationFn: (request) => call(resource, name, request),
    ...options,
    onSuccess: async (...args) => {
      // Not awaited: the page continues while the lists behind it are refetched.
      void refresh(client, resource);
      await options.onSuccess?.(...args);
    },
  });
}
