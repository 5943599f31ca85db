/** Which properties a workspace's contacts have: typed by its people and files, and offered wherever one is chosen. */
import { type RawBuilder, sql } from "kysely";
import { invisibleCharacters } from "../../rules/blank.ts";
import type { Tx } from "../kit/db.ts";

/** Notes keys that contacts now have. Those that are known cost a look: a row is written once an hour at most. */
export async function notePropertyKeys(tx: Tx, workspaceId: string, keys: readonly string[], at: Date): Promise<void> {
  if (keys.length === 0) return;
  // In one order everywhere, so that two who note the same wait for each other, not both.
  const sorted = [...new Set(keys)].sort();
  await sql`
    insert into property_keys as known (workspace_id, key, noted_at)
    select w.workspace_id, given.key, ${at} from workspaces w, unnest(${sorted}::text[]) as given (key)
    where w.workspace_id = ${workspaceId}
    on conflict (workspace_id, key) do update set noted_at = excluded.noted_at
      where known.noted_at < ${new Date(at.getTime() - hour)}`.execute(tx);
}

const hour = 3_600_000;

/** The keys of an import's columns, of fields such as `property:by`. */
export const propertyKeysOf = (fields: readonly string[]): string[] =>
  fields.flatMap((field) => (field.startsWith("property:") ? [field.slice("property:".length)] : []));

/** Every known key, by name. */
export async function listPropertyKeys(tx: Tx, workspaceId: string): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`
    select key from property_keys where workspace_id = ${workspaceId} order by key`.execute(tx);
  return rows.map((row) => row.key);
}

/** Those of the keys that no contact has. One that many have is found at once; one that nobody has costs a look at every contact. */
export async function unusedPropertyKeys(tx: Tx, workspaceId: string, keys: readonly string[]): Promise<string[]> {
  const unused: string[] = [];
  for (const key of keys) {
    const { rows } = await sql`
      select 1 from contacts c where c.workspace_id = ${workspaceId} and c.properties ? ${key} limit 1`.execute(tx);
    if (rows.length === 0) unused.push(key);
  }
  return unused;
}

/** Forgets keys that were noted before `before` and that no contact has; at most `limit` of all workspaces. Answers how many. */
export async function forgetUnusedPropertyKeys(tx: Tx, before: Date, limit: number): Promise<number> {
  const { rows: candidates } = await sql<{ workspace_id: string; key: string }>`
    select p.workspace_id, p.key from property_keys p
    where p.noted_at < ${before}
      and not exists (select 1 from contacts c where c.workspace_id = p.workspace_id and c.properties ? p.key)
    limit ${limit}`.execute(tx);
  for (const { workspace_id, key } of candidates)
    await sql`
      delete from property_keys where workspace_id = ${workspace_id} and key = ${key} and noted_at < ${before}`.execute(
      tx,
    );
  return candidates.length;
}

// PostgreSQL's text holds everything but U+0000.
const blanks = invisibleCharacters.replace("\0", "");

/** Whether a text column has nothing that can be seen, as rules/blank.ts says. */
export const isBlankText = (column: RawBuilder<unknown>): RawBuilder<boolean> =>
  sql<boolean>`(${column} is null or btrim(${column}, ${blanks}) = '')`;

/** Whether `contacts c` has no value of this key that can be written, as rules/placeholders.ts reads it. */
export const lacksProperty = (key: string): RawBuilder<boolean> => sql<boolean>`coalesce(
  case jsonb_typeof(c.properties -> ${key}::text)
    when 'string' then btrim(c.properties ->> ${key}::text, ${blanks}) = ''
    when 'number' then false when 'boolean' then false else true end, true)`;
