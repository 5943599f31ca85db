/**
 * One endpoint, described once.
 *
 * The server registers its routes from these values, the OpenAPI document and the permission page are printed from
 * them, and the browser's client is typed by them. A handler's input and answer follow from the schemas.
 */
import type { z } from "zod";
import type { Permission } from "./permissions.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Endpoint {
  method: Method;
  /** Under /api/v1, parameters as `:name`. */
  path: string;
  /** One sentence for the reference page: what the call promises. */
  summary: string;
  /** What the caller must hold. "anyone": no sign-in. "signed-in": any person with a session, in no workspace yet. */
  permission: Permission | "anyone" | "signed-in";
  params?: z.ZodType;
  query?: z.ZodType;
  /** JSON body. `bodyType` names another media type, then the handler gets the raw stream. */
  body?: z.ZodType;
  bodyType?: "text/csv";
  /** The one status of success; 200 unless said otherwise. */
  status?: 200 | 201 | 202 | 204;
  /** Absent with status 204, and where `answerType` names a stream. */
  answer?: z.ZodType;
  answerType?: "text/csv" | "application/json" | "text/event-stream" | "text/xml";
  /**
   * With "anyone": the caller signs what it sends instead of signing in, and the handler checks that. It gets the request as
   * it arrived, of any media type up to 32 KiB unless `bodies` says otherwise; only those that are signed wrongly are counted by
   * address. Of unsigned bodies from strangers 16 KiB are taken.
   */
  signed?: true;
  /**
   * What the bodies are where their limit follows neither from who sends them nor from their type: a "hook" tells of what
   * happened elsewhere, with all that belongs to it (256 KiB); of a "sample" only the beginning is read (16 MiB).
   */
  bodies?: "hook" | "sample";
  /** The call sends or spends, so it takes an Idempotency-Key header. */
  idempotent?: true;
  /** What else a status of failure can mean here, one sentence each for the reference page. */
  failures?: Readonly<Record<number, string>>;
}

/** Keeps the literal types of an endpoint, so that handlers and the client can be typed from them. */
export function endpoint<const E extends Endpoint>(description: E): E {
  return description;
}

/** One resource's endpoints by the name of what they do. */
export type Resource = Record<string, Endpoint>;

type Out<S> = S extends z.ZodType ? z.output<S> : undefined;
type In<S> = S extends z.ZodType ? z.input<S> : undefined;

/** What a handler is given, after parsing. */
export interface Parsed<E extends Endpoint> {
  params: Out<E["params"]>;
  query: Out<E["query"]>;
  body: Out<E["body"]>;
}

/** What a client passes: only the parts that the endpoint has. */
export type Request<E extends Endpoint> = (E["params"] extends z.ZodType ? { params: In<E["params"]> } : unknown) &
  (E["query"] extends z.ZodType ? { query?: In<E["query"]> } : unknown) &
  (E["body"] extends z.ZodType ? { body: In<E["body"]> } : unknown);

/** What a handler returns and a client receives. */
export type Answer<E extends Endpoint> = E["answer"] extends z.ZodType ? z.output<E["answer"]> : undefined;
