/**
 * API keys: 256 random bits, shown once and kept as a hash. A key belongs to its workspace and outlives whoever made it;
 * it can never do more than they could when they made it.
 */
import { hash, randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { z } from "zod";
import type { ApiKey } from "../../contract/accounts.ts";
import type { Permission, Role } from "../../contract/permissions.ts";
import type { Tx } from "../kit/db.ts";
import { notFound, Problem } from "../kit/errors.ts";
import type { Actor } from "../kit/http.ts";
import { newId } from "../kit/id.ts";

interface ApiKeyRow {
  id: string;
  name: string;
  prefix: string;
  scopes: Permission[];
  created_at: Date;
  last_used_at: Date | null;
}

type Presented = z.output<typeof ApiKey>;

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const keyBytes = 32;
/** 62^43 is the first power of 62 beyond 2^256. */
const keyDigits = 43;

/** A new key: `vk_`, which secret scanners and people recognise, and 32 random bytes in base 62. */
export function newApiKey(bytes: Buffer = randomBytes(keyBytes)): string {
  let rest = BigInt(`0x${bytes.toString("hex")}`);
  let text = "";
  while (text.length < keyDigits) {
    text = digits.charAt(Number(rest % 62n)) + text;
    rest /= 62n;
  }
  return `vk_${text}`;
}

/** What is kept of a key. */
export function hashApiKey(key: string): string {
  return hash("sha256", key, "base64url");
}

/** Makes a key with some of the actor's own permissions; 403 `scope_not_yours` names the first that is not theirs. */
export async function createApiKey(
  tx: Tx,
  actor: Actor,
  input: { name: string; scopes: Permission[] },
  at: Date,
): Promise<Presented & { key: string }> {
  const scopes = [...new Set(input.scopes)];
  const beyond = scopes.find((scope) => !actor.permissions.has(scope));
  if (beyond) {
    throw new Problem(403, "scope_not_yours", `You cannot give ${beyond} to a key, since you don't have it.`, {
      field: "scopes",
      value: beyond,
    });
  }
  const key = newApiKey();
  const row = await storeApiKey(tx, actor.workspaceId, key, { name: input.name, role: actor.role, scopes }, at);
  return { ...present(row), key };
}

/** Writes a key. For the one that comes from the environment, and for createApiKey. */
export async function storeApiKey(
  tx: Tx,
  workspaceId: string,
  key: string,
  grants: { name: string; role: Role; scopes: readonly Permission[] },
  at: Date,
): Promise<ApiKeyRow> {
  // At most a third, so that a short key from the environment is not shown whole.
  const prefix = key.slice(0, Math.min(8, Math.floor(key.length / 3)));
  const made = await sql<ApiKeyRow>`
    insert into api_keys (workspace_id, id, name, prefix, key_hash, role, scopes, created_at)
    values (${workspaceId}, ${newId(at)}, ${grants.name}, ${prefix}, ${hashApiKey(key)}, ${grants.role},
      ${grants.scopes}, ${at})
    returning *`.execute(tx);
  const row = made.rows[0];
  if (!row) throw new Error("insert into api_keys returned no row");
  return row;
}

/** The workspace's keys, newest first. */
export async function listApiKeys(tx: Tx, workspaceId: string): Promise<Presented[]> {
  const found = await sql<ApiKeyRow>`
    select id, name, prefix, scopes, created_at, last_used_at from api_keys
    where workspace_id = ${workspaceId} order by id desc`.execute(tx);
  return found.rows.map(present);
}

/** Revokes a key; 404 when there is none of that id. */
export async function revokeApiKey(tx: Tx, workspaceId: string, id: string): Promise<void> {
  const gone = await sql`
    delete from api_keys where workspace_id = ${workspaceId} and id = ${id} returning id`.execute(tx);
  if (gone.rows.length === 0) throw notFound("API key", id);
}

function present(row: ApiKeyRow): Presented {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    created_at: row.created_at.toISOString(),
    last_used_at: row.last_used_at?.toISOString() ?? null,
  };
}
