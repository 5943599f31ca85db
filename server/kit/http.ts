/** Routes as the domain folders see them: typed input, the caller, and a response. Fastify is used in server/api only. */
import type { Readable } from "node:stream";
import type { Answer, Endpoint, Parsed, Resource } from "../../contract/endpoint.ts";
import type { Permission, Role } from "../../contract/permissions.ts";
import type { Idempotency } from "./idempotency.ts";

/** The API key of a call. */
export interface ActorKey {
  id: string;
  /** The person who made it; null for the workspace's own. */
  maker: { id: string; name: string } | null;
  expiresAt: Date | null;
  /** Whether it may do whatever its maker may. */
  everything: boolean;
}

/** The authenticated caller in a workspace. */
export interface Actor {
  /** The workspace the call is for. */
  workspaceId: string;
  /** The person behind the session, or null for an API key. */
  userId: string | null;
  /** The API key, or null for a session. */
  key: ActorKey | null;
  /** The person's role, or for a key its maker's current role: the highest role that the actor may grant. */
  role: Role;
  permissions: ReadonlySet<Permission>;
  /** The person's or key's name, for logs and records. */
  name: string;
}

/** A person with an account of this installation. */
export interface User {
  id: string;
  name: string;
  email: string;
}

/** One call to an endpoint. */
export interface Call<E extends Endpoint> extends Parsed<E> {
  /** Throws 401 when read on an "anyone" or "signed-in" endpoint without a workspace. */
  actor: Actor;
  /** The signed-in person, in any workspace or none; null for an API key and for strangers. */
  user: User | null;
  /** The caller's address, from the trusted proxy if there is one. */
  ip: string;
  /** The raw body of an endpoint with `bodyType`. Ends with an error when the client disconnects half-way. */
  stream: Readable;
  headers: Record<string, string | string[] | undefined>;
  /** The request as it arrived, to check a signature over it. */
  raw: {
    /** Scheme and host, from the trusted proxy if there is one. */
    origin: string;
    /** Path and query, escapes untouched. */
    url: string;
    /** The body of a `signed` endpoint; empty without one. */
    body: string;
  };
  /** The Idempotency-Key header of an `idempotent` endpoint with a fingerprint of the call, or null without one. */
  idempotency: Idempotency | null;
  /** Answers with the endpoint's `orStatus` instead of its `status`. */
  answerOtherwise(): void;
  /** Extra response headers (cookies of setup and invitation). */
  setHeader(name: string, value: string | string[]): void;
  /** Aborted when the client disconnects. */
  signal: AbortSignal;
}

/** A handler returns its endpoint's answer, or a stream (for XML the text) when the endpoint has an `answerType`. */
export type Handler<E extends Endpoint> = (
  call: Call<E>,
) => Promise<
  E["answerType"] extends "text/xml" | "text/html"
    ? string
    : E["answerType"] extends string
      ? AsyncIterable<string>
      : Answer<E>
>;

/** One handler for each endpoint of a resource. */
export type Handlers<R extends Resource> = { [Name in keyof R]: Handler<R[Name]> };
