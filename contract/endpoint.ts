/**
 * The description of one endpoint.
 *
 * The server registers its routes from these values, the OpenAPI document and the permission page are generated from
 * them, and the browser's client is typed by them. The types of a handler's input and answer follow from the schemas.
 */
import type { z } from "zod";
import type { Permission } from "./permissions.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Endpoint {
  method: Method;
  /** Under /api/v1, parameters as `:name`. */
  path: string;
  /** One sentence for the reference page: what the call does. */
  summary: string;
  /** What the caller must hold. "anyone": no sign-in. "signed-in": any person with a session, in no workspace yet. */
  permission: Permission | "anyone" | "signed-in";
  /** Further permissions that the caller must hold: always, or where it is as `when` says, which the handler finds out. */
  further?: readonly { permission: Permission; when?: string }[];
  params?: z.ZodType;
  query?: z.ZodType;
  /** JSON body. `bodyType` names another media type, then the handler gets the raw stream. */
  body?: z.ZodType;
  bodyType?: "text/csv";
  /** Further media types of such a body. None may be one that an HTML form of another site can send. */
  bodyTypes?: readonly string[];
  /** The status of success; default 200. */
  status?: 200 | 201 | 202 | 204;
  /** A further status of success with the same answer, which a handler chooses, and when it is that. */
  orStatus?: { status: 200 | 202; when: string };
  /** Absent with status 204, and where `answerType` names a stream. */
  answer?: z.ZodType;
  answerType?: "text/csv" | "application/json" | "text/event-stream" | "text/xml" | "text/html";
  /**
   * With "anyone": requests are authenticated by a signature, which the handler checks. It gets the raw request, of any media
   * type and up to 32 KiB unless `bodies` says otherwise; the rate limit by address counts only requests with a wrong signature.
   * Unsigned bodies of other anonymous calls may have up to 16 KiB.
   */
  signed?: true;
  /**
   * For bodies with another limit than that of the caller and media type: a "hook" is an event from another system with
   * all its data (256 KiB); of a "sample" only the beginning is read (16 MiB); a "layout" is HTML, whose own limit says how long it is
   * (8 MiB).
   */
  bodies?: "hook" | "sample" | "layout";
  /** The call sends messages, uses quota or changes much, so it accepts an Idempotency-Key header. */
  idempotent?: true;
  /** Further meanings of a failure status of this call, one sentence each for the reference page. */
  failures?: Readonly<Record<number, string>>;
}

/** Keeps the literal types of an endpoint, so that handlers and the client can be typed from them. */
export function endpoint<const E extends Endpoint>(description: E): E {
  return description;
}

/** One resource's endpoints by the names of their actions. */
export type Resource = Record<string, Endpoint>;

type Out<S> = S extends z.ZodType ? z.output<S> : undefined;
type In<S> = S extends z.ZodType ? z.input<S> : undefined;

/** A handler's input after parsing. */
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
