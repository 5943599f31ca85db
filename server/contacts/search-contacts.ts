/**
 * Finding contacts among millions. Each range of the query is read from its index alone and cut to one page there, so a
 * single letter that a hundred thousand names begin with is answered like a whole name.
 */
import { type RawBuilder, sql } from "kysely";
import type { ContactSummary } from "../../contract/contacts.ts";
import type { Tx } from "../kit/db.ts";
import { notFound } from "../kit/errors.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { type ContactRow, presentSummary } from "./contact.ts";
import { contactColumns } from "./contacts-store.ts";
import { cut, readCursor, writeCursor } from "./cursor.ts";
import { searchRanges } from "./search-query.ts";

export interface ContactSearch {
  query?: string | undefined;
  /** Only members of this list. */
  list?: string | undefined;
  sort: "-created_at" | "created_at" | "last_name" | "-last_name";
  cursor?: string | undefined;
  limit: number;
}

/** Totals are exact up to here; more is told as one more. */
const countedTo = 10_000;

interface Scope {
  workspaceId: string;
  ranges: RawBuilder<boolean>[] | null;
  list: string | null;
}

type FoundRow = ContactRow & { sort_key: string; opted_out: boolean };

/** One page of contacts, in an order that inserts between two pages don't shift. 404 for an unknown list. */
export async function searchContacts(
  tx: Tx,
  workspaceId: string,
  search: ContactSearch,
): Promise<{ items: ContactSummary[]; next_cursor: string | null; total: number }> {
  const ranges = search.query ? searchRanges(search.query, (await getWorkspace(tx, workspaceId)).country) : null;
  const scope: Scope = { workspaceId, ranges, list: search.list ?? null };
  const total = await countFound(tx, scope);
  const byName = search.sort.endsWith("last_name");
  const after = search.cursor ? readCursor(search.cursor, search.sort, byName ? 2 : 1) : null;
  const rows = await (byName ? pageByName(tx, scope, search, after, total) : pageByTime(tx, scope, search, after));
  const page = cut(rows, search.limit, (row) =>
    byName ? writeCursor(search.sort, row.sort_key, row.id) : writeCursor(search.sort, row.id),
  );
  return { items: page.items.map(presentSummary), next_cursor: page.next_cursor, total };
}

/** In the order of id, which is that of created_at. */
async function pageByTime(tx: Tx, scope: Scope, search: ContactSearch, after: string[] | null): Promise<FoundRow[]> {
  const descending = search.sort.startsWith("-");
  const order = sql.raw(descending ? "order by id desc" : "order by id");
  const beyond = after ? (descending ? sql`and id < ${after[0]}` : sql`and id > ${after[0]}`) : sql``;
  const limit = search.limit + 1;
  const everybody = sql`(select id from contacts c where workspace_id = ${scope.workspaceId} ${beyond} ${order} limit ${limit})`;
  // "offset 0" keeps the order out of the range: else the planner reads the primary key backwards until it has met fifty
  // matches, and a million rows where the matches are old.
  const branch = (range: RawBuilder<boolean>) =>
    sql`(select id from (
        select id from contacts c where workspace_id = ${scope.workspaceId} and ${range} ${onList(scope)} ${beyond} offset 0
      ) matches ${order} limit ${limit})`;
  const found = scope.ranges
    ? sql.join(scope.ranges.map(branch), sql` union `)
    : scope.list
      ? sql`(select id from (select workspace_id, list_id, contact_id as id from list_members) m
          where workspace_id = ${scope.workspaceId} and list_id = ${scope.list} ${beyond} ${order} limit ${limit})`
      : everybody;
  const { rows } = await sql<FoundRow>`
    select ${foundColumns} from (select id from (${found}) found ${order} limit ${limit}) page
    join contacts c on c.workspace_id = ${scope.workspaceId} and c.id = page.id
    ${sql.raw(descending ? "order by c.id desc" : "order by c.id")}`.execute(tx);
  return rows;
}

/** By last name, then first name; people without names first. */
async function pageByName(
  tx: Tx,
  scope: Scope,
  search: ContactSearch,
  after: string[] | null,
  total: number,
): Promise<FoundRow[]> {
  const descending = search.sort.startsWith("-");
  const order = sql.raw(descending ? "order by c.sort_key desc, c.id desc" : "order by c.sort_key, c.id");
  const beyond = after
    ? sql`and (c.sort_key, c.id) ${sql.raw(descending ? "<" : ">")} (${after[0]}::text collate "C", ${after[1]}::uuid)`
    : sql``;
  const limit = search.limit + 1;
  // Few matches are fetched by their ids and sorted. Of many, each range gives its first page: a range of last names
  // stands in the order of the page already, and any other meets fifty matches soon.
  const branch = (range: RawBuilder<boolean>) =>
    sql`(select id from contacts c where workspace_id = ${scope.workspaceId} and ${range} ${onList(scope)} ${beyond}
      ${order} limit ${limit})`;
  const matching = !scope.ranges
    ? onList(scope)
    : total <= countedTo
      ? sql`and c.id in (${idsInRanges(scope, countedTo + 1)})`
      : sql`and c.id in (${sql.join(scope.ranges.map(branch), sql` union `)})`;
  const { rows } = await sql<FoundRow>`
    select ${foundColumns} from contacts c
    where c.workspace_id = ${scope.workspaceId} ${matching} ${beyond}
    ${order} limit ${limit}`.execute(tx);
  return rows;
}

const foundColumns = sql`${contactColumns}, c.sort_key, exists (
  select from opt_outs o where o.workspace_id = c.workspace_id and o.number in (c.mobile, c.phone)) as opted_out`;

async function countFound(tx: Tx, scope: Scope): Promise<number> {
  if (scope.list) {
    const { rows } = await sql<{ members: number }>`
      select members from lists where workspace_id = ${scope.workspaceId} and id = ${scope.list}`.execute(tx);
    if (!rows[0]) throw notFound("list", scope.list);
    if (!scope.ranges) return Math.min(rows[0].members, countedTo + 1);
  }
  const ids = scope.ranges
    ? idsInRanges(scope, countedTo + 1)
    : sql`select id from contacts where workspace_id = ${scope.workspaceId}`;
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from (select from (${ids}) ids limit ${countedTo + 1}) counted`.execute(tx);
  return rows[0]?.n ?? 0;
}

/** Every range stops at `limit`: where one does, that alone is more than is counted. */
function idsInRanges(scope: Scope, limit: number): RawBuilder<unknown> {
  return sql.join(
    (scope.ranges ?? []).map(
      (range) =>
        sql`(select id from contacts c where workspace_id = ${scope.workspaceId} and ${range} ${onList(scope)} limit ${limit})`,
    ),
    sql` union `,
  );
}

const onList = (scope: Scope) =>
  scope.list
    ? sql`and exists (select from list_members m
        where m.workspace_id = ${scope.workspaceId} and m.list_id = ${scope.list} and m.contact_id = c.id)`
    : sql``;
