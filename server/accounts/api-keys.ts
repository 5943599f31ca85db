/**
 * API keys: 256 random bits, shown once and stored as a hash. A key belongs to its workspace and to its maker: it never may
 * do more than the maker may at the moment, and is revoked or taken over when the maker leaves. A key made with a key has the
 * same maker. Keys without a maker are the workspace's own; only super admins make and revoke those.
 */
import { hash, randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { z } from "zod";
import type { ApiKey, apiKeys } from "../../contract/accounts.ts";
import { everything, type Permission, permissionsOfKey, type Role, type Scope } from "../../contract/permissions.ts";
import type { Tx } from "../kit/db.ts";
import { conflict, forbidden, invalid, notFound, Problem } from "../kit/errors.ts";
import type { Actor } from "../kit/http.ts";
import { newId } from "../kit/id.ts";
import { publishAccessChange } from "./access-changes.ts";
import { recordAuditEvent } from "./audit-events.ts";

interface ApiKeyRow {
  id: string;
  name: string;
  prefix: string;
  scopes: Scope[];
  role: Role;
  made_by: string | null;
  created_at: Date;
  expires_at: Date | null;
  last_used_at: Date | null;
}

/** A key with its maker's current name and role; the role is null when the maker is not a member. */
interface KeyWithMaker extends ApiKeyRow {
  maker_name: string | null;
  maker_role: Role | null;
  maker_sms_setup: boolean | null;
}

type Presented = z.output<typeof ApiKey>;
type Input = z.output<typeof apiKeys.create.body>;

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

/** The hash that is stored of a key. */
export function hashApiKey(key: string): string {
  return hash("sha256", key, "base64url");
}

/**
 * Makes a key with some of the actor's own permissions. 403 `scope_not_yours` names the first that the actor lacks, 403
 * `super_admins_only` when the caller is a key without a maker and not a super admin's, 403 `outlives_maker` for a key that
 * would expire after the key that makes it. 422 `expires_in_past`.
 */
export async function createApiKey(tx: Tx, actor: Actor, input: Input, at: Date): Promise<Presented & { key: string }> {
  const { workspaceId } = actor;
  const scopes = [...new Set(input.scopes)];
  const beyond = scopes.find((scope) => !mayGive(actor, scope));
  if (beyond) {
    throw new Problem(403, "scope_not_yours", `You cannot give ${beyond} to a key, since you don't have it.`, {
      field: "scopes",
      value: beyond,
    });
  }
  const expiresAt = input.expires_at ? new Date(input.expires_at) : null;
  if (expiresAt && expiresAt <= at)
    throw invalid("expires_in_past", "A key cannot expire before it is made.", "expires_at", input.expires_at);
  const outlived = actor.key?.expiresAt;
  if (outlived && (!expiresAt || expiresAt > outlived)) {
    const message = `A key makes none that outlives it: it expires at ${outlived.toISOString()}.`;
    throw forbidden("outlives_maker", message, { field: "expires_at", value: input.expires_at ?? null });
  }
  const madeBy = makerFor(actor);
  if (madeBy) {
    // Locks the membership: a concurrent removal of the maker either commits first or then sees this key.
    const members = await sql`
      select 1 from memberships where workspace_id = ${workspaceId} and user_id = ${madeBy} for share`.execute(tx);
    if (members.rows.length === 0) throw forbidden("no_workspace", "You are no member of this workspace any more.");
  } else requireSuperAdmin(actor);
  const key = newApiKey();
  const grants = { name: input.name, role: actor.role, scopes, madeBy, expiresAt };
  const { id } = await storeApiKey(tx, workspaceId, key, grants, at);
  const row = await findKey(tx, workspaceId, id);
  await recordAuditEvent(tx, {
    workspaceId,
    at,
    action: "api_key.created",
    target: { type: "api_key", id, name: input.name },
    after: { scopes, expires_at: expiresAt?.toISOString() ?? null },
  });
  return { ...present(row, at), key };
}

/** A key with only some of its maker's permissions cannot make one with all of them. */
const mayGive = (actor: Actor, scope: Scope): boolean =>
  scope === everything ? (actor.key?.everything ?? true) : actor.permissions.has(scope);

/** The maker of a key that the actor makes: for a key, its own maker. Null: the workspace's own. */
const makerFor = (actor: Actor): string | null => actor.userId ?? actor.key?.maker?.id ?? null;

function requireSuperAdmin(actor: Actor): void {
  if (actor.role === "super_admin") return;
  throw forbidden("super_admins_only", "Keys of the workspace itself are made and revoked by super admins.");
}

/** Stores a key: one that createApiKey made, or the one from the environment. */
export async function storeApiKey(
  tx: Tx,
  workspaceId: string,
  key: string,
  grants: {
    name: string;
    role: Role;
    scopes: readonly Scope[];
    madeBy?: string | null;
    expiresAt?: Date | null;
  },
  at: Date,
): Promise<ApiKeyRow> {
  // At most a third, so that a short key from the environment is not shown whole.
  const prefix = key.slice(0, Math.min(8, Math.floor(key.length / 3)));
  const made = await sql<ApiKeyRow>`
    insert into api_keys (workspace_id, id, name, prefix, key_hash, role, scopes, made_by, expires_at, created_at)
    values (${workspaceId}, ${newId(at)}, ${grants.name}, ${prefix}, ${hashApiKey(key)}, ${grants.role},
      ${grants.scopes}, ${grants.madeBy ?? null}, ${grants.expiresAt ?? null}, ${at})
    returning id, name, prefix, scopes, role, made_by, created_at, expires_at, last_used_at`.execute(tx);
  const row = made.rows[0];
  if (!row) throw new Error("insert into api_keys returned no row");
  return row;
}

/** The workspace's keys, newest first. */
export async function listApiKeys(tx: Tx, workspaceId: string, at: Date): Promise<Presented[]> {
  const rows = await selectKeys(tx, workspaceId, sql`true`);
  return rows.map((row) => present(row, at));
}

/**
 * Revokes a key; 404 when there is none of that id, 403 `key_above_own` when it may do what the actor may not, and
 * `super_admins_only` for a key of the workspace itself.
 */
export async function revokeApiKey(tx: Tx, actor: Actor, id: string, at: Date): Promise<void> {
  const { workspaceId } = actor;
  const row = await findKey(tx, workspaceId, id);
  if (!row.made_by) requireSuperAdmin(actor);
  const beyond = scopesNow(row).find((scope) => !actor.permissions.has(scope));
  if (beyond) {
    throw forbidden("key_above_own", `The key ${row.name} may do what you may not: ${beyond}.`, {
      field: "scopes",
      value: beyond,
    });
  }
  await deleteKey(tx, workspaceId, row, at);
}

/** Revokes or takes over the keys of a person who leaves, in the transaction that removes them. */
export async function revokeOrTakeOverKeys(
  tx: Tx,
  actor: Actor,
  userId: string,
  keys: "revoke" | "take_over",
  at: Date,
): Promise<{ revoked: number; taken_over: number }> {
  const { workspaceId } = actor;
  const done = { revoked: 0, taken_over: 0 };
  const rows = await selectKeys(tx, workspaceId, sql`k.made_by = ${userId}`);
  const madeBy = makerFor(actor);
  if (keys === "take_over" && madeBy === userId)
    throw conflict("cannot_take_over_own", "Who leaves cannot take over their own keys.", {
      field: "keys",
      value: keys,
    });
  if (keys === "take_over" && rows.length > 0 && !madeBy) requireSuperAdmin(actor);
  for (const row of rows) {
    // Limited to what the key may do at this moment, or a key would gain permissions by being taken over.
    const scopes = scopesNow(row).filter((scope) => actor.permissions.has(scope));
    if (keys === "revoke" || scopes.length === 0) {
      await deleteKey(tx, workspaceId, row, at);
      done.revoked++;
      continue;
    }
    await sql`
      update api_keys set made_by = ${madeBy}, role = ${actor.role}, scopes = ${scopes}
      where workspace_id = ${workspaceId} and id = ${row.id}`.execute(tx);
    await publishAccessChange(tx, { workspace_id: workspaceId, key_id: row.id });
    await recordAuditEvent(tx, {
      workspaceId,
      at,
      action: "api_key.taken_over",
      target: { type: "api_key", id: row.id, name: row.name },
      before: { maker: row.maker_name, scopes: row.scopes },
      after: { maker: actor.key ? (actor.key.maker?.name ?? null) : actor.name, scopes },
    });
    done.taken_over++;
  }
  return done;
}

async function deleteKey(tx: Tx, workspaceId: string, { id, name }: ApiKeyRow, at: Date): Promise<void> {
  const gone = await sql`
    delete from api_keys where workspace_id = ${workspaceId} and id = ${id} returning id`.execute(tx);
  if (gone.rows.length === 0) throw notFound("API key", id);
  await publishAccessChange(tx, { workspace_id: workspaceId, key_id: id });
  await recordAuditEvent(tx, { workspaceId, at, action: "api_key.revoked", target: { type: "api_key", id, name } });
}

async function findKey(tx: Tx, workspaceId: string, id: string): Promise<KeyWithMaker> {
  const [row] = await selectKeys(tx, workspaceId, sql`k.id = ${id}`);
  if (!row) throw notFound("API key", id);
  return row;
}

/** Two statements, each on one workspace: an outer join with `users` would not run on the workspace's node alone. */
async function selectKeys(tx: Tx, workspaceId: string, condition: ReturnType<typeof sql>): Promise<KeyWithMaker[]> {
  const { rows } = await sql<ApiKeyRow>`
    select k.id, k.name, k.prefix, k.scopes, k.role, k.made_by, k.created_at, k.expires_at, k.last_used_at
    from api_keys k where k.workspace_id = ${workspaceId} and ${condition} order by k.id desc`.execute(tx);
  const makers = [...new Set(rows.flatMap(({ made_by }) => made_by ?? []))];
  const members =
    makers.length === 0
      ? []
      : (
          await sql<{ id: string; name: string; role: Role; sms_setup: boolean }>`
            select u.id, u.name, m.role, m.sms_setup from memberships m join users u on u.id = m.user_id
            where m.workspace_id = ${workspaceId} and m.user_id = any(${makers}::uuid[])`.execute(tx)
        ).rows;
  const byId = new Map(members.map((member) => [member.id, member]));
  return rows.map((row) => {
    const member = row.made_by ? byId.get(row.made_by) : undefined;
    return {
      ...row,
      maker_name: member?.name ?? null,
      maker_role: member?.role ?? null,
      maker_sms_setup: member?.sms_setup ?? null,
    };
  });
}

/** The key's permissions while it has not expired: those of its scopes that its maker holds at the moment. */
function scopesNow({ scopes, role, made_by, maker_role, maker_sms_setup }: KeyWithMaker): Permission[] {
  if (!made_by) return permissionsOfKey(scopes, role, null);
  if (!maker_role) return [];
  return permissionsOfKey(scopes, role, { role: maker_role, sms_setup: maker_sms_setup ?? false });
}

function present(row: KeyWithMaker, at: Date): Presented {
  const expired = row.expires_at !== null && row.expires_at <= at;
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    effective_scopes: expired ? [] : scopesNow(row),
    maker: row.made_by ? { id: row.made_by, name: row.maker_name ?? "" } : null,
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at?.toISOString() ?? null,
    last_used_at: row.last_used_at?.toISOString() ?? null,
  };
}
