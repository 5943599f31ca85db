/** Counts the contacts that a search finds, however many. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { getList } from "./lists.ts";
import { sourcesOf } from "./search-matches.ts";
import { chooseNameSource } from "./search-names.ts";
import { readSearchQuery } from "./search-query.ts";

/** The exact number of contacts that searchContacts finds; 404 for an unknown list. */
export async function countContacts(
  tx: Tx,
  workspaceId: string,
  search: { query?: string | undefined; list?: string | undefined },
): Promise<number> {
  const list = search.list ? await getList(tx, workspaceId, search.list) : null;
  const query = search.query ? await readSearchQuery(tx, workspaceId, search.query) : null;
  if (!query) return list ? list.members : countAll(tx, workspaceId);
  const sources = sourcesOf(workspaceId, query, await chooseNameSource(tx, workspaceId, query));
  if (sources.length === 0) return 0;
  const found = sql.join(
    sources.map((source) => sql`select id from (${source(sql``)}) s`),
    sql` union `,
  );
  const onList = list
    ? sql`where (select true from list_members m
        where m.workspace_id = ${workspaceId} and m.list_id = ${list.id} and m.contact_id = c.id)`
    : sql``;
  const { rows } = await sql<{ n: number }>`select count(*) as n from (${found} offset 0) c ${onList}`.execute(tx);
  return rows[0]?.n ?? 0;
}

async function countAll(tx: Tx, workspaceId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from contacts where workspace_id = ${workspaceId}`.execute(tx);
  return rows[0]?.n ?? 0;
}
