/**
 * Finds the actor of an API key and its permissions: those of its scopes that its maker holds at the moment. One key may be
 * used thousands of times a second, so a result is cached until a notification says that it changed (access-changes.ts), and
 * for three seconds at most: so long a change goes unnoticed when its notification is lost.
 */
import { sql } from "kysely";
import { everything, permissionsOfKey, type Role, type Scope } from "../../contract/permissions.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import type { Actor } from "../kit/http.ts";
import type { AccessChange } from "./access-changes.ts";
import { hashApiKey } from "./api-keys.ts";

const cachedFor = 3_000; // milliseconds
const usedEvery = 60_000; // precision of last_used_at, in milliseconds
const maxCached = 10_000;

export interface KeyHolder {
  keyId: string;
  /** From then on the key is refused; null: never. */
  expiresAt: Date | null;
  actor: Actor;
}

export interface ApiKeyCache {
  /** The holder, of an expired key too; null when the key is unknown or its maker is no longer a member. */
  find(key: string): Promise<KeyHolder | null>;
  /** Whether the key is cached, so that finding it needs no query. */
  isCached(key: string): boolean;
  /** Drops the entries that a change affects; null: all entries. */
  invalidate(change: AccessChange | null): void;
}

interface Entry {
  holder: KeyHolder;
  until: number;
}

export function createApiKeyCache(services: { db: Db; clock: Clock }): ApiKeyCache {
  const cache = new Map<string, Entry>();
  const pending = new Map<string, Promise<KeyHolder | null>>();
  /** Counts changes, so that a look-up that began before one is not cached after it. */
  let changes = 0;

  async function lookUp(key: string): Promise<KeyHolder | null> {
    const before = changes;
    const at = services.clock.now();
    const holder = await readHolder(services.db, hashApiKey(key), at);
    if (holder && before === changes) {
      const oldest = cache.size >= maxCached ? cache.keys().next().value : undefined;
      if (oldest !== undefined) cache.delete(oldest);
      cache.set(key, { holder, until: at.getTime() + cachedFor });
    } else {
      cache.delete(key);
    }
    return holder;
  }

  function current(key: string): Entry | undefined {
    const found = cache.get(key);
    return found && found.until > services.clock.now().getTime() ? found : undefined;
  }

  return {
    async find(key) {
      const known = current(key);
      if (known) return known.holder;
      // Concurrent requests with one key share one query.
      let lookup = pending.get(key);
      if (!lookup) {
        const started = lookUp(key).finally(() => {
          if (pending.get(key) === started) pending.delete(key);
        });
        lookup = started;
        pending.set(key, lookup);
      }
      return lookup;
    },
    isCached: (key) => current(key) !== undefined,
    invalidate(change) {
      if (change && "session_id" in change) return;
      changes++;
      for (const [key, { holder }] of cache) if (!change || concerns(change, holder)) cache.delete(key);
      pending.clear();
    },
  };
}

function concerns(change: AccessChange, { keyId, actor }: KeyHolder): boolean {
  if ("key_id" in change) return change.key_id === keyId;
  return "user_id" in change && change.workspace_id === actor.workspaceId && change.user_id === actor.key?.maker?.id;
}

interface KeyRow {
  workspace_id: string;
  id: string;
  name: string;
  role: Role;
  scopes: Scope[];
  made_by: string | null;
  expires_at: Date | null;
  last_used_at: Date | null;
}

async function readHolder(db: Db, keyHash: string, at: Date): Promise<KeyHolder | null> {
  return db.asSystem(async (tx) => {
    const found = await sql<KeyRow>`
      select workspace_id, id, name, role, scopes, made_by, expires_at, last_used_at
      from api_keys where key_hash = ${keyHash}`.execute(tx);
    const row = found.rows[0];
    if (!row) return null;
    const { workspace_id: workspaceId, id, name, made_by, expires_at: expiresAt } = row;
    let { role } = row;
    let member: { name: string; role: Role; sms_setup: boolean } | undefined;
    let maker: { id: string; name: string } | null = null;
    if (made_by) {
      const members = await sql<{ name: string; role: Role; sms_setup: boolean }>`
        select u.name, m.role, m.sms_setup from memberships m join users u on u.id = m.user_id
        where m.workspace_id = ${workspaceId} and m.user_id = ${made_by}`.execute(tx);
      [member] = members.rows;
      if (!member) return null;
      maker = { id: made_by, name: member.name };
      role = member.role;
    }
    const expired = expiresAt !== null && expiresAt <= at;
    if (!expired && (!row.last_used_at || at.getTime() - row.last_used_at.getTime() >= usedEvery)) {
      await sql`
        update api_keys set last_used_at = ${at}
        where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
    }
    const actor = {
      workspaceId,
      userId: null,
      key: { id, maker, expiresAt, everything: row.scopes.includes(everything) },
      role,
      name,
      permissions: new Set(permissionsOfKey(row.scopes, row.role, member ?? null)),
    };
    return { keyId: id, expiresAt, actor };
  });
}
