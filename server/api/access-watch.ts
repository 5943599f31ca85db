/**
 * Watches responses that stay open, as live updates do: they end once their caller could no longer request them, because
 * the session, the membership or the key ended or expired, or the role has fewer permissions than at the request.
 */
import type { ServerResponse } from "node:http";
import { sql } from "kysely";
import { type AccessChange, accessChannel, readAccessChange } from "../accounts/access-changes.ts";
import type { ApiKeyCache } from "../accounts/api-key-cache.ts";
import { findActor } from "../accounts/members.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import type { Actor } from "../kit/http.ts";
import type { LiveUpdates } from "../kit/live-updates.ts";
import type { Logger } from "../kit/log.ts";
import type { Access, Caller } from "./authorize.ts";

export interface AccessWatch {
  /** A signal that aborts when the caller loses access. Watched until the response closes. */
  of(caller: Caller, response: ServerResponse): AbortSignal;
  stop(): void;
}

interface Services {
  db: Db;
  clock: Clock;
  log: Pick<Logger, "warn">;
  liveUpdates: Pick<LiveUpdates, "subscribe">;
  apiKeyCache: ApiKeyCache;
}

interface Watched {
  caller: Caller;
  end(): void;
  /** Fires when the session or key expires. */
  timer: NodeJS.Timeout | undefined;
}

/** How long an ended response may take to flush before its connection is destroyed. */
const flushTimeout = 1_000; // milliseconds
const longestTimer = 24 * 3_600_000;

/** Subscribes to access changes, which also invalidate entries of this process's apiKeyCache. */
export async function startAccessWatch(services: Services): Promise<AccessWatch> {
  const { clock, apiKeyCache, log } = services;
  const open = new Set<Watched>();

  async function check(watched: Watched): Promise<void> {
    const { actor, access } = watched.caller;
    if (!actor || !access || !open.has(watched)) return;
    const now = await accessNow(services, actor, access).catch((error: unknown) => {
      // When the check fails, the response ends; a page connects again by itself.
      log.warn({ err: error }, "could not check whether a live connection may stay open");
      return null;
    });
    if (!open.has(watched)) return;
    if (!now || [...actor.permissions].some((permission) => !now.actor.permissions.has(permission))) {
      watched.end();
      return;
    }
    clearTimeout(watched.timer);
    if (!now.expires_at) return;
    const left = Math.max(1, now.expires_at.getTime() - clock.now().getTime());
    watched.timer = setTimeout(() => void check(watched), Math.min(left, longestTimer));
    watched.timer.unref();
  }

  const unsubscribe = await services.liveUpdates.subscribe(accessChannel, (payload) => {
    const change = readAccessChange(payload);
    apiKeyCache.invalidate(change);
    for (const watched of open) if (!change || concerns(change, watched.caller)) void check(watched);
  });

  return {
    of(caller, response) {
      const controller = new AbortController();
      const watched: Watched = {
        caller,
        timer: undefined,
        end() {
          controller.abort();
          setTimeout(() => response.destroy(), flushTimeout).unref();
        },
      };
      open.add(watched);
      response.once("close", () => {
        open.delete(watched);
        clearTimeout(watched.timer);
      });
      // Access may have changed since the request was authorized.
      void check(watched);
      return controller.signal;
    },
    stop() {
      unsubscribe();
      for (const { timer } of open) clearTimeout(timer);
    },
  };
}

function concerns(change: AccessChange, { actor, access }: Caller): boolean {
  if ("session_id" in change) return access?.kind === "session" && access.id === change.session_id;
  if ("key_id" in change) return access?.kind === "key" && access.id === change.key_id;
  const person = actor?.userId ?? actor?.key?.maker?.id;
  return actor?.workspaceId === change.workspace_id && person === change.user_id;
}

/** The caller's current permissions by the session or key of the request, and when it expires; null: no access. */
async function accessNow(
  { db, clock, apiKeyCache }: Services,
  { workspaceId }: Actor,
  access: Access,
): Promise<{ actor: Actor; expires_at: Date | null } | null> {
  if (access.kind === "key") {
    const holder = await apiKeyCache.find(access.key);
    if (!holder || (holder.expiresAt && holder.expiresAt <= clock.now())) return null;
    return { actor: holder.actor, expires_at: holder.expiresAt };
  }
  // Read from the table, not by the cookie, which would renew the session.
  const { rows } = await db.asSystem((tx) =>
    sql<{ expires_at: Date }>`
      select expires_at from sessions where id = ${access.id} and expires_at > ${clock.now()}`.execute(tx),
  );
  const [session] = rows;
  const actor = session ? await findActor(db, access.user, workspaceId) : null;
  return session && actor ? { actor, expires_at: session.expires_at } : null;
}
