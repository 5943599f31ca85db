import type { Answer, Request as ContractRequest, Endpoint } from "../../../contract/endpoint.ts";
import { ApiError, readFailure } from "./api-error.ts";
import { type Contract, type EndpointName, type ResourceName, routeTable } from "./route-table.ts";
import { currentWorkspaceId } from "./workspace-choice.ts";

type EndpointOf<R extends ResourceName, N extends EndpointName<R>> = Contract[R][N] extends Endpoint
  ? Contract[R][N]
  : never;

/** A call's input: the contract's parts, the raw body where it has a media type, and an Idempotency-Key where it sends. */
export type CallRequest<R extends ResourceName, N extends EndpointName<R>> = ContractRequest<EndpointOf<R, N>> &
  (EndpointOf<R, N>["bodyType"] extends string ? { file: Blob } : unknown) &
  (EndpointOf<R, N>["idempotent"] extends true ? { idempotencyKey?: string } : unknown);

/** A call's result: the contract's response, or a Blob where it streams a file. */
export type CallAnswer<R extends ResourceName, N extends EndpointName<R>> = EndpointOf<
  R,
  N
>["answerType"] extends string
  ? Blob
  : Answer<EndpointOf<R, N>>;

/** A call without input may leave its request out. */
export type RequestArguments<R extends ResourceName, N extends EndpointName<R>> =
  Record<never, never> extends CallRequest<R, N> ? [request?: CallRequest<R, N>] : [request: CallRequest<R, N>];

interface AnyRequest {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
  file?: Blob;
  idempotencyKey?: string;
}

const base = "/api/v1";

/** The URL of an endpoint; undefined and empty query values are left out. */
export function urlOf(line: string, request: AnyRequest): string {
  const path = line.slice(line.indexOf(" ") + 1).replace(/:(\w+)/g, (_, name: string) => {
    const value = request.params?.[name];
    if (!value) throw new Error(`${line} needs the parameter ${name}`);
    return encodeURIComponent(value);
  });
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined && value !== null && value !== "") query.set(name, String(value));
  }
  return `${base}${path}${query.size > 0 ? `?${query}` : ""}`;
}

/** Calls one endpoint of the contract. Fails only with an ApiError. */
export async function call<R extends ResourceName, N extends EndpointName<R>>(
  resource: R,
  name: N,
  request: CallRequest<R, N>,
  signal?: AbortSignal,
): Promise<CallAnswer<R, N>> {
  const line: string = routeTable[resource][name];
  const { body, file, idempotencyKey } = request as AnyRequest;
  const headers = new Headers({ accept: "application/json, text/csv" });
  const workspaceId = currentWorkspaceId();
  if (workspaceId) headers.set("x-workspace", workspaceId);
  if (idempotencyKey) headers.set("idempotency-key", idempotencyKey);
  if (file) headers.set("content-type", "text/csv");
  else if (body !== undefined) headers.set("content-type", "application/json");
  const response = await send(urlOf(line, request as AnyRequest), {
    method: line.slice(0, line.indexOf(" ")),
    headers,
    body: file ?? (body === undefined ? undefined : JSON.stringify(body)),
    signal,
  });
  if (response.status === 204) return undefined as CallAnswer<R, N>;
  // A file stays a file, even a JSON one.
  const isFile = response.headers.get("content-disposition")?.startsWith("attachment");
  if (isFile || !response.headers.get("content-type")?.includes("json"))
    return (await response.blob()) as CallAnswer<R, N>;
  return (await response.json()) as CallAnswer<R, N>;
}

/** fetch, with every failure turned into an ApiError. An aborted call stays an AbortError. */
export async function send(url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: "same-origin", ...init });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiError(0, "offline", "The server did not answer.");
  }
  if (!response.ok) throw readFailure(response.status, await response.text());
  return response;
}
