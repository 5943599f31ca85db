/** What a route is to the domain folders: typed input, who is calling, and an answer. Fastify stays in server/api. */
import type { Readable } from "node:stream";
import type { Answer, Endpoint, Parsed, Resource } from "../../contract/endpoint.ts";
import type { Permission, Role } from "../../contract/permissions.ts";
import type { Idempotency } from "./idempotency.ts";

/** The key that a call came with. */
export interface ActorKey {
  id: string;
  /** Who made it; null where it is the workspace's own. */
  maker: { id: string; name: string } | null;
  expiresAt: Date | null;
}

/** Who is calling, once known. */
export interface Actor {
  /** The workspace the call is for. */
  workspaceId: string;
  /** The person behind the session, or null for an API key. */
  userId: string | null;
  /** The API key, or null for a session. */
  key: ActorKey | null;
  /** The person's role, or of a key its maker's role now: the highest that may be given on. */
  role: Role;
  permissions: ReadonlySet<Permission>;
  /** What to write in logs and on what they made: a person's name or a key's. */
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
  /** Who is signed in, whatever the workspace; null for an API key and for strangers. */
  user: User | null;
  /** The caller's address, as the trusted proxy in front of us tells it. */
  ip: string;
  /** The raw body of an endpoint with `bodyType`. Ends with an error when the client goes away half-way. */
  stream: Readable;
  headers: Record<string, string | string[] | undefined>;
  /** The request as it arrived, for whoever checks a signature over it. */
  raw: {
    /** Scheme and host, as the trusted proxy in front of us tells them. */
    origin: string;
    /** Path and query, escapes untouched. */
    url: string;
    /** The body of a `signed` endpoint; empty without one. */
    body: string;
  };
  /** The Idempotency-Key header of an `idempotent` endpoint with a fingerprint of the call, or null without one. */
  idempotency: Idempotency | null;
  /** Extra response headers (cookies of setup and invitation). */
  setHeader(name: string, value: string | string[]): void;
  /** Aborted when the client is gone. */
  signal: AbortSignal;
}

/** A handler answers with its endpoint's answer, or with a stream (XML: the text) where the endpoint has an `answerType`. */
export type Handler<E extends Endpoint> = (
  call: Call<E>,
) => Promise<
  E["answerType"] extends "text/xml" ? string : E["answerType"] extends string ? AsyncIterable<string> : Answer<E>
>;

/** One handler for each endpoint of a resource. */
export type Handlers<R extends Resource> = { [Name in keyof R]: Handler<R[Name]> };
