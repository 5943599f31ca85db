/**
 * Watches over answers that stay open, as live updates do: they end once their reader could no longer ask for them, because
 * the session, the membership or the key ended or expired, or the role may do less than when it was asked.
 */
import type { ServerResponse } from "node:http";
import { sql } from "kysely";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import type { Actor } from "../kit/http.ts";
import type { Logger } from "../kit/log.ts";
import type { News } from "../kit/news.ts";
import { type AccessChange, accessChannel, readAccessChange } from "../workspaces/access-changes.ts";
import type { Keyring } from "../workspaces/keyring.ts";
import { findActor } from "../workspaces/members.ts";
import type { Access, Caller } from "./gate.ts";

export interface AccessWatch {
  /** Aborted when the caller loses what it came with. Watched until the response closes. */
  of(caller: Caller, response: ServerResponse): AbortSignal;
  stop(): void;
}

interface Services {
  db: Db;
  clock: Clock;
  log: Pick<Logger, "warn">;
  news: Pick<News, "hear">;
  keyring: Keyring;
}

interface Watched {
  caller: Caller;
  end(): void;
  /** Looks again when what it came with expires. */
  timer: NodeJS.Timeout | undefined;
}

/** What a response gets to be written out, before a reader that takes nothing is cut off. */
const patience = 1_000; // milliseconds
const longestTimer = 24 * 3_600_000;

/** Hears of changes; the keyring of this process forgets what they are about. */
export async function startAccessWatch(services: Services): Promise<AccessWatch> {
  const { clock, keyring, log } = services;
  const open = new Set<Watched>();

  async function look(watched: Watched): Promise<void> {
    const { actor, access } = watched.caller;
    if (!actor || !access || !open.has(watched)) return;
    const now = await accessNow(services, actor, access).catch((error: unknown) => {
      // Who cannot be asked about is shown nothing more; a page connects again by itself.
      log.warn({ err: error }, "could not look whether a live connection may stay open");
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
    watched.timer = setTimeout(() => void look(watched), Math.min(left, longestTimer));
    watched.timer.unref();
  }

  const stopHearing = await services.news.hear(accessChannel, (payload) => {
    const change = readAccessChange(payload);
    keyring.forget(change);
    for (const watched of open) if (!change || concerns(change, watched.caller)) void look(watched);
  });

  return {
    of(caller, response) {
      const controller = new AbortController();
      const watched: Watched = {
        caller,
        timer: undefined,
        end() {
          controller.abort();
          setTimeout(() => response.destroy(), patience).unref();
        },
      };
      open.add(watched);
      response.once("close", () => {
        open.delete(watched);
        clearTimeout(watched.timer);
      });
      // Between the check of the request and this, something may have changed.
      void look(watched);
      return controller.signal;
    },
    stop() {
      stopHearing();
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

/** What the caller may do at this moment with what it came with, and until when; null: nothing. */
async function accessNow(
  { db, clock, keyring }: Services,
  { workspaceId }: Actor,
  access: Access,
): Promise<{ actor: Actor; expires_at: Date | null } | null> {
  if (access.kind === "key") {
    const holder = await keyring.find(access.key);
    if (!holder || (holder.expiresAt && holder.expiresAt <= clock.now())) return null;
    return { actor: holder.actor, expires_at: holder.expiresAt };
  }
  // Not by the cookie: looking is no visit and renews nothing.
  const { rows } = await db.asSystem((tx) =>
    sql<{ expires_at: Date }>`
      select expires_at from sessions where id = ${access.id} and expires_at > ${clock.now()}`.execute(tx),
  );
  const [session] = rows;
  const actor = session ? await findActor(db, access.user, workspaceId) : null;
  return session && actor ? { actor, expires_at: session.expires_at } : null;
}
