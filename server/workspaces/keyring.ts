/**
 * Finds who an API key stands for. One key may come thousands of times a second, so what was found is believed for some
 * seconds; that is also how long a key lives on in other processes once it is revoked.
 */
import { sql } from "kysely";
import type { Permission, Role } from "../../contract/permissions.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import type { Actor } from "../kit/http.ts";
import { hashApiKey } from "./api-keys.ts";

const believedFor = 3_000; // milliseconds
const usedEvery = 60_000; // how exact last_used_at is
const mostRemembered = 10_000;

export interface KeyHolder {
  keyId: string;
  actor: Actor;
}

export interface Keyring {
  /** Who the key stands for; null when it is none of ours. */
  find(key: string): Promise<KeyHolder | null>;
  /** Whether the key was found lately, so that looking again costs nothing. */
  isKnown(key: string): boolean;
  /** Stops believing in a revoked key at once. */
  forget(keyId: string): void;
}

interface Remembered {
  holder: KeyHolder;
  until: number;
}

export function createKeyring(services: { db: Db; clock: Clock }): Keyring {
  const remembered = new Map<string, Remembered>();
  const asked = new Map<string, Promise<KeyHolder | null>>();
  /** Counts revocations, so that a look-up that began before one is not remembered after it. */
  let revocations = 0;

  async function lookUp(key: string): Promise<KeyHolder | null> {
    const before = revocations;
    const at = services.clock.now();
    const holder = await readHolder(services.db, hashApiKey(key), at);
    if (holder && before === revocations) {
      const oldest = remembered.size >= mostRemembered ? remembered.keys().next().value : undefined;
      if (oldest !== undefined) remembered.delete(oldest);
      remembered.set(key, { holder, until: at.getTime() + believedFor });
    } else {
      remembered.delete(key);
    }
    return holder;
  }

  function current(key: string): Remembered | undefined {
    const found = remembered.get(key);
    return found && found.until > services.clock.now().getTime() ? found : undefined;
  }

  return {
    async find(key) {
      const known = current(key);
      if (known) return known.holder;
      // All requests that come meanwhile wait for the one query.
      let answer = asked.get(key);
      if (!answer) {
        answer = lookUp(key).finally(() => asked.delete(key));
        asked.set(key, answer);
      }
      return answer;
    },
    isKnown: (key) => current(key) !== undefined,
    forget(keyId) {
      revocations++;
      for (const [key, { holder }] of remembered) if (holder.keyId === keyId) remembered.delete(key);
      asked.clear();
    },
  };
}

async function readHolder(db: Db, keyHash: string, at: Date): Promise<KeyHolder | null> {
  return db.asSystem(async (tx) => {
    const found = await sql<{
      workspace_id: string;
      id: string;
      name: string;
      role: Role;
      scopes: Permission[];
      last_used_at: Date | null;
    }>`
      select workspace_id, id, name, role, scopes, last_used_at from api_keys where key_hash = ${keyHash}`.execute(tx);
    const row = found.rows[0];
    if (!row) return null;
    if (!row.last_used_at || at.getTime() - row.last_used_at.getTime() >= usedEvery) {
      await sql`
        update api_keys set last_used_at = ${at}
        where workspace_id = ${row.workspace_id} and id = ${row.id}`.execute(tx);
    }
    const { workspace_id, name, role } = row;
    return {
      keyId: row.id,
      actor: { workspaceId: workspace_id, userId: null, role, name, permissions: new Set(row.scopes) },
    };
  });
}
