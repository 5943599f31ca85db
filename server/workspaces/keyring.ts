/**
 * Finds who an API key stands for, and what it may do: what was given to it and its maker may do at the moment. One key may
 * come thousands of times a second, so what was found is believed until somebody tells that it changed (access-changes.ts),
 * and for three seconds at most, which is how long a change stays unnoticed should the notice be lost.
 */
import { sql } from "kysely";
import { type Permission, permissionsOf, type Role } from "../../contract/permissions.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import type { Actor } from "../kit/http.ts";
import type { AccessChange } from "./access-changes.ts";
import { hashApiKey } from "./api-keys.ts";

const believedFor = 3_000; // milliseconds
const usedEvery = 60_000; // how exact last_used_at is
const mostRemembered = 10_000;

export interface KeyHolder {
  keyId: string;
  /** From then on it is good for nothing; null: never. */
  expiresAt: Date | null;
  actor: Actor;
}

export interface Keyring {
  /** Who the key stands for, were it expired too; null when it is none of ours, or its maker is no member any more. */
  find(key: string): Promise<KeyHolder | null>;
  /** Whether the key was found lately, so that looking again costs nothing. */
  isKnown(key: string): boolean;
  /** Stops believing in what a change is about at once; null: in everything. */
  forget(change: AccessChange | null): void;
}

interface Remembered {
  holder: KeyHolder;
  until: number;
}

export function createKeyring(services: { db: Db; clock: Clock }): Keyring {
  const remembered = new Map<string, Remembered>();
  const asked = new Map<string, Promise<KeyHolder | null>>();
  /** Counts changes, so that a look-up that began before one is not remembered after it. */
  let changes = 0;

  async function lookUp(key: string): Promise<KeyHolder | null> {
    const before = changes;
    const at = services.clock.now();
    const holder = await readHolder(services.db, hashApiKey(key), at);
    if (holder && before === changes) {
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
        const looking = lookUp(key).finally(() => {
          if (asked.get(key) === looking) asked.delete(key);
        });
        answer = looking;
        asked.set(key, answer);
      }
      return answer;
    },
    isKnown: (key) => current(key) !== undefined,
    forget(change) {
      if (change && "session_id" in change) return;
      changes++;
      for (const [key, { holder }] of remembered) if (!change || concerns(change, holder)) remembered.delete(key);
      asked.clear();
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
  scopes: Permission[];
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
    let { role, scopes } = row;
    let maker: { id: string; name: string } | null = null;
    if (made_by) {
      const members = await sql<{ name: string; role: Role; sms_setup: boolean }>`
        select u.name, m.role, m.sms_setup from memberships m join users u on u.id = m.user_id
        where m.workspace_id = ${workspaceId} and m.user_id = ${made_by}`.execute(tx);
      const [member] = members.rows;
      if (!member) return null;
      const may = permissionsOf(member);
      maker = { id: made_by, name: member.name };
      role = member.role;
      scopes = scopes.filter((scope) => may.has(scope));
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
      key: { id, maker, expiresAt },
      role,
      name,
      permissions: new Set(scopes),
    };
    return { keyId: id, expiresAt, actor };
  });
}
