/** The property keys that a workspace's contacts have, to be offered wherever a property is chosen. */
import { type RawBuilder, sql } from "kysely";
import { invisibleCharacters } from "../../rules/blank.ts";
import type { Tx } from "../kit/db.ts";

/** Records keys that contacts now have. Known keys are only read: a row is written once an hour at most. */
export async function notePropertyKeys(tx: Tx, workspaceId: string, keys: readonly string[], at: Date): Promise<void> {
  if (keys.length === 0) return;
  // Always in the same order, so that two transactions with the same keys do not deadlock.
  const sorted = [...new Set(keys)].sort();
  await sql`
    insert into property_keys as known (workspace_id, key, noted_at)
    select w.workspace_id, given.key, ${at} from workspaces w, unnest(${sorted}::text[]) as given (key)
    where w.workspace_id = ${workspaceId}
    on conflict (workspace_id, key) do update set noted_at = excluded.noted_at
      where known.noted_at < ${new Date(at.getTime() - hour)}`.execute(tx);
}

const hour = 3_600_000;

/** The property keys of an import's columns, whose fields are such as `property:by`. */
export const propertyKeysOf = (fields: readonly string[]): string[] =>
  fields.flatMap((field) => (field.startsWith("property:") ? [field.slice("property:".length)] : []));

/** Every known key, by name. */
export async function listPropertyKeys(tx: Tx, workspaceId: string): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`
    select key from property_keys where workspace_id = ${workspaceId} order by key`.execute(tx);
  return rows.map((row) => row.key);
}

/** Those of the keys that no contact has. A frequent key is found at once; for an unused one every contact is read. */
export async function unusedPropertyKeys(tx: Tx, workspaceId: string, keys: readonly string[]): Promise<string[]> {
  const unused: string[] = [];
  for (const key of keys) {
    const { rows } = await sql`
      select 1 from contacts c where c.workspace_id = ${workspaceId} and c.properties ? ${key} limit 1`.execute(tx);
    if (rows.length === 0) unused.push(key);
  }
  return unused;
}

/**
 * Purges keys that were recorded before `before` and that no contact has any more; used keys are recorded anew. Checks at most
 * `limit` keys of all workspaces and returns how many. All are checked before anything is written, so that transactions that save
 * contacts in the meantime wait for no lock.
 */
export async function purgeUnusedPropertyKeys(tx: Tx, before: Date, limit: number): Promise<number> {
  const { rows: old } = await sql<{ workspace_id: string; key: string }>`
    select workspace_id, key from property_keys where noted_at < ${before} order by workspace_id, key limit ${limit}`.execute(
    tx,
  );
  const looked: { workspaceId: string; keys: string[]; unused: string[] }[] = [];
  for (const [workspaceId, rows] of Map.groupBy(old, (row) => row.workspace_id)) {
    const keys = rows.map((row) => row.key);
    looked.push({ workspaceId, keys, unused: await unusedPropertyKeys(tx, workspaceId, keys) });
  }
  for (const { workspaceId, keys, unused } of looked) {
    // A key that was recorded in the meantime is not old any more.
    await sql`
      delete from property_keys
      where workspace_id = ${workspaceId} and key = any(${unused}::text[]) and noted_at < ${before}`.execute(tx);
    await sql`
      update property_keys set noted_at = ${before}
      where workspace_id = ${workspaceId} and key = any(${keys}::text[]) and noted_at < ${before}`.execute(tx);
  }
  return old.length;
}

// PostgreSQL's text cannot contain U+0000.
const blanks = invisibleCharacters.replace("\0", "");

/** Whether a text column has no visible character, by the list of rules/blank.ts. */
export const isBlankText = (column: RawBuilder<unknown>): RawBuilder<boolean> =>
  sql<boolean>`(${column} is null or btrim(${column}, ${blanks}) = '')`;

/** Whether `contacts c` has no value of this key that a placeholder would write, by the same rule as rules/placeholders.ts. */
export const lacksProperty = (key: string): RawBuilder<boolean> => sql<boolean>`coalesce(
  case jsonb_typeof(c.properties -> ${key}::text)
    when 'string' then btrim(c.properties ->> ${key}::text, ${blanks}) = ''
    when 'number' then false when 'boolean' then false else true end, true)`;
