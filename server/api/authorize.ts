/** Authenticates a request and checks its permission, before its body is read. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Endpoint } from "../../contract/endpoint.ts";
import type { ApiKeyCache } from "../accounts/api-key-cache.ts";
import type { Identity } from "../accounts/identity.ts";
import { findActor } from "../accounts/members.ts";
import type { Clock } from "../kit/clock.ts";
import type { Config } from "../kit/config.ts";
import type { Db } from "../kit/db.ts";
import { forbidden, notFound, Problem } from "../kit/errors.ts";
import type { Actor, User } from "../kit/http.ts";
import { requirePermission } from "../kit/require-permission.ts";
import { setCookies } from "./cookies.ts";
import { addressOf } from "./forwarded.ts";
import type { Limiter } from "./limits.ts";
import { checkOrigin } from "./origin.ts";

/** The caller of a request. */
export interface Caller {
  actor: Actor | null;
  user: User | null;
  /** The key or session, for responses that stay open: see access-watch.ts. */
  access: Access | null;
}

/** The key or session of a request. */
export type Access = { kind: "key"; key: string; id: string } | { kind: "session"; id: string; user: User };

declare module "fastify" {
  interface FastifyRequest {
    caller: Caller | null;
  }
}

export interface AuthorizerServices {
  db: Db;
  clock: Clock;
  config: Pick<Config, "public_url">;
  identity: Identity;
  apiKeyCache: ApiKeyCache;
  limiter: Limiter;
}

const stranger: Caller = { actor: null, user: null, access: null };

/** The check before an endpoint: it throws 401, 403 or 429, or leaves `request.caller`. */
export function createAuthorizer(
  services: AuthorizerServices,
  endpoint: Pick<Endpoint, "permission" | "further" | "signed">,
) {
  const { permission } = endpoint;
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    // Not limited here: a carrier sends thousands a second from one address. The handler counts wrong signatures.
    if (endpoint.signed) {
      request.caller = stranger;
      return;
    }
    const key = bearerKey(request);
    // A browser sends cookies by itself, but never a key.
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
    requirePermission(caller.actor, permission);
    for (const further of endpoint.further ?? [])
      if (further.when === undefined) requirePermission(caller.actor, further.permission);
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

/** The caller of a request with an API key. */
export async function byKey(services: AuthorizerServices, request: FastifyRequest, key: string): Promise<Caller> {
  const { apiKeyCache, limiter } = services;
  if (!apiKeyCache.isCached(key)) await limiter.check("wrongKey", request, request.ip);
  const holder = await apiKeyCache.find(key);
  if (!holder) {
    await limiter.count("wrongKey", request, request.ip);
    throw new Problem(401, "invalid_api_key", "This API key is unknown or was revoked, or its maker has left.");
  }
  await limiter.count("key", request, holder.keyId);
  if (holder.expiresAt && holder.expiresAt <= services.clock.now()) {
    throw new Problem(401, "api_key_expired", `This API key expired at ${holder.expiresAt.toISOString()}.`);
  }
  const asked = requestedWorkspace(request);
  if (asked && asked !== holder.actor.workspaceId) throw notFound("workspace", asked);
  const access: Access = { kind: "key", key, id: holder.keyId };
  return { actor: holder.actor, user: null, access };
}

async function bySession(services: AuthorizerServices, request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
  const { db, identity, limiter } = services;
  if (request.headers.cookie === undefined) return refuseStranger(services, request);
  const session = await identity.findSession({ headers: request.headers, ip: addressOf(request) });
  if (session.state === "none") return refuseStranger(services, request);
  if (session.cookies.length > 0) setCookies(request, reply, session.cookies);
  if (session.state === "ended") {
    await limiter.count("stranger", request, request.ip);
    throw new Problem(401, "session_expired", "Your session has ended; sign in again.");
  }
  await limiter.count("session", request, session.user.id);
  const asked = requestedWorkspace(request);
  const actor = await findActor(db, session.user, asked);
  if (asked && !actor) throw notFound("workspace", asked);
  return { actor, user: session.user, access: { kind: "session", id: session.sessionId, user: session.user } };
}

async function refuseStranger(services: AuthorizerServices, request: FastifyRequest): Promise<never> {
  await services.limiter.count("stranger", request, request.ip);
  throw new Problem(401, "unauthenticated", "Sign in, or send an API key as Authorization: Bearer <key>.");
}

/** From the header, or from the query where a browser cannot set a header (server-sent events). */
function requestedWorkspace(request: FastifyRequest): string | undefined {
  const header = request.headers["x-workspace"];
  if (typeof header === "string" && header !== "") return header.toLowerCase();
  const { workspace } = (request.query ?? {}) as { workspace?: unknown };
  return typeof workspace === "string" && workspace !== "" ? workspace.toLowerCase() : undefined;
}
