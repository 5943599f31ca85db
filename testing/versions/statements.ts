/** The stored statements of an earlier version. */
import type pg from "pg";

export interface Statement {
  /** Its file, or "recorded" if its text is composed at run time or comes from a library. */
  place: string;
  text: string;
  /** Each as "name type"; null if it returns no rows. */
  columns: string[] | null;
}

/** A line of recorded.jsonl for a statement that was sent. */
export interface Recorded {
  n: number;
  /** The number of the connection. */
  c: number;
  q: string;
  v?: unknown[];
}

/** Names of types by their OIDs, which differ between databases. */
export async function typeNames(client: pg.Client): Promise<Map<number, string>> {
  const { rows } = await client.query<{ oid: number; name: string }>(
    "select oid::int as oid, format_type(oid, null) as name from pg_type",
  );
  return new Map(rows.map(({ oid, name }) => [oid, name]));
}

/** The name used in place of the table of an import, since each import has its own. */
export const importTable = "staging.nothing";

/** Creates it as the version does. */
export async function createImportTable(client: pg.Client, texts: readonly string[]): Promise<void> {
  const statement = texts.find((text) => text.startsWith(`create table ${importTable} `));
  if (!statement) throw new Error(`no statement creates ${importTable}`);
  await client.query(statement);
}
