/** What is kept of an earlier version's statements. */
import type pg from "pg";

export interface Statement {
  /** Its file, or "recorded" where its text is put together as the program runs, or is a library's. */
  place: string;
  text: string;
  /** Each as "name type"; null where it answers no rows. */
  columns: string[] | null;
}

/** A line of recorded.jsonl where a statement begins. */
export interface Recorded {
  n: number;
  /** Which connection. */
  c: number;
  q: string;
  v?: unknown[];
}

/** Names of types by their OIDs, which differ from database to database. */
export async function typeNames(client: pg.Client): Promise<Map<number, string>> {
  const { rows } = await client.query<{ oid: number; name: string }>(
    "select oid::int as oid, format_type(oid, null) as name from pg_type",
  );
  return new Map(rows.map(({ oid, name }) => [oid, name]));
}

/** Stands for the table of an import, of which each has one of its own. */
export const importTable = "staging.nothing";

/** Makes it as the version does. */
export async function createImportTable(client: pg.Client, texts: readonly string[]): Promise<void> {
  const statement = texts.find((text) => text.startsWith(`create table ${importTable} `));
  if (!statement) throw new Error(`no statement creates ${importTable}`);
  await client.query(statement);
}
