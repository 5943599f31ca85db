/** Who is calling, and whether they may: before a byte of the body is read. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Endpoint } from "../../contract/endpoint.ts";
import type { Clock } from "../kit/clock.ts";
import type { Config } from "../kit/config.ts";
import type { Db } from "../kit/db.ts";
import { forbidden, notFound, Problem } from "../kit/errors.ts";
import type { Actor, User } from "../kit/http.ts";
import type { Identity } from "../workspaces/identity.ts";
import type { Keyring } from "../workspaces/keyring.ts";
import { findActor } from "../workspaces/members.ts";
import { setCookies } from "./cookies.ts";
import { addressOf } from "./forwarded.ts";
import type { Limiter } from "./limits.ts";
import { checkOrigin } from "./origin.ts";

/** What is known of a caller. */
export interface Caller {
  actor: Actor | null;
  user: User | null;
  /** What lets them in, for those who stay: see access-watch.ts. */
  access: Access | null;
}

/** The key or the session that a request came with. */
export type Access = { kind: "key"; key: string; id: string } | { kind: "session"; id: string; user: User };

declare module "fastify" {
  interface FastifyRequest {
    caller: Caller | null;
  }
}

export interface GateServices {
  db: Db;
  clock: Clock;
  config: Pick<Config, "public_url">;
  identity: Identity;
  keyring: Keyring;
  limiter: Limiter;
}

const stranger: Caller = { actor: null, user: null, access: null };

/** The check before an endpoint: it throws 401, 403 or 429, or leaves `request.caller`. */
export function createGate(services: GateServices, endpoint: Pick<Endpoint, "permission" | "signed">) {
  const { permission } = endpoint;
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    // Thousands a second from one address. Whoever checks the signature counts those that are wrong.
    if (endpoint.signed) {
      request.caller = stranger;
      return;
    }
    const key = bearerKey(request);
    // A key is not sent by a browser on its own; a cookie is.
    if (key === null) checkOrigin(request, services.config.public_url);
    if (permission === "anyone") {
      await services.limiter.count("stranger", request, request.ip);
      request.caller = stranger;
      return;
    }
    const caller = key === null ? await bySession(services, request, reply) : await byKey(services, request, key);
    request.caller = caller;
    if (permission === "signed-in") {
      if (!caller.user)
        throw forbidden("session_required", "This call is for people with a session, not for API keys.");
      return;
    }
    if (!caller.actor) throw forbidden("no_workspace", "You are not a member of any workspace.");
    if (!caller.actor.permissions.has(permission)) {
      throw forbidden("forbidden", `This call needs the permission ${permission}.`, {
        field: "permission",
        value: permission,
      });
    }
  };
}

/** The key of an Authorization header; null without the header, 401 when it is of another kind. */
function bearerKey(request: FastifyRequest): string | null {
  const { authorization } = request.headers;
  if (authorization === undefined) return null;
  const key = /^Bearer +([\x21-\x7e]{1,500})$/i.exec(authorization)?.[1];
  if (!key) throw new Problem(401, "unauthenticated", "Authorization must be: Bearer <API key>.");
  return key;
}

/** Who an API key stands for. */
export async function byKey(services: GateServices, request: FastifyRequest, key: string): Promise<Caller> {
  const { keyring, limiter } = services;
  if (!keyring.isKnown(key)) await limiter.check("wrongKey", request, request.ip);
  const holder = await keyring.find(key);
  if (!holder) {
    await limiter.count("wrongKey", request, request.ip);
    throw new Problem(401, "invalid_api_key", "This API key is unknown or was revoked, or whoever made it has left.");
  }
  await limiter.count("key", request, holder.keyId);
  if (holder.expiresAt && holder.expiresAt <= services.clock.now()) {
    throw new Problem(401, "api_key_expired", `This API key expired at ${holder.expiresAt.toISOString()}.`);
  }
  const asked = askedWorkspace(request);
  if (asked && asked !== holder.actor.workspaceId) throw notFound("workspace", asked);
  const access: Access = { kind: "key", key, id: holder.keyId };
  return { actor: holder.actor, user: null, access };
}

async function bySession(services: GateServices, request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
  const { db, identity, limiter } = services;
  if (request.headers.cookie === undefined) return nobody(services, request);
  const session = await identity.findSession({ headers: request.headers, ip: addressOf(request) });
  if (session.state === "none") return nobody(services, request);
  if (session.cookies.length > 0) setCookies(request, reply, session.cookies);
  if (session.state === "ended") {
    await limiter.count("stranger", request, request.ip);
    throw new Problem(401, "session_expired", "Your session has ended; sign in again.");
  }
  await limiter.count("session", request, session.user.id);
  const asked = askedWorkspace(request);
  const actor = await findActor(db, session.user, asked);
  if (asked && !actor) throw notFound("workspace", asked);
  return { actor, user: session.user, access: { kind: "session", id: session.sessionId, user: session.user } };
}

async function nobody(services: GateServices, request: FastifyRequest): Promise<never> {
  await services.limiter.count("stranger", request, request.ip);
  throw new Problem(401, "unauthenticated", "Sign in, or send an API key as Authorization: Bearer <key>.");
}

/** From the header; where a browser cannot set one (server-sent events), from the query. */
function askedWorkspace(request: FastifyRequest): string | undefined {
  const header = request.headers["x-workspace"];
  if (typeof header === "string" && header !== "") return header.toLowerCase();
  const { workspace } = (request.query ?? {}) as { workspace?: unknown };
  return typeof workspace === "string" && workspace !== "" ? workspace.toLowerCase() : undefined;
}
