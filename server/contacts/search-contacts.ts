/**
 * Finding contacts among millions. What few contacts match is read from the indexes of the query's ranges; where many do,
 * the table is walked in the order of the page, which soon meets fifty of them.
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
/** How far a page is looked for in its own order: where one in a hundred matches, half of it. */
const walked = 10_000;
/** Of a list up to here all ids fit a hash table of the least work_mem. */
const hashedList = 100_000;

/**
 * What is searched. How is decided here and not by the planner: right after an import it knows nothing of the new rows, and
 * joining a list of ten thousand then took it half a minute.
 */
interface Scope {
  workspaceId: string;
  ranges: RawBuilder<boolean>[] | null;
  list: string | null;
  /** How many are on the list. */
  members: number;
  /** Matches are found by reading the list, not the ranges. */
  byList: boolean;
  /** At most one more than `countedTo`. */
  total: number;
}

type FoundRow = ContactRow & { sort_key: string; opted_out: boolean };

/** One page of contacts, in an order that inserts between two pages don't shift. 404 for an unknown list. */
export async function searchContacts(
  tx: Tx,
  workspaceId: string,
  search: ContactSearch,
): Promise<{ items: ContactSummary[]; next_cursor: string | null; total: number }> {
  const ranges = search.query ? searchRanges(search.query, (await getWorkspace(tx, workspaceId)).country) : null;
  const scope = await scopeOf(tx, workspaceId, ranges, search.list ?? null);
  const byName = search.sort.endsWith("last_name");
  const after = search.cursor ? readCursor(search.cursor, search.sort, byName ? 2 : 1) : null;
  const rows = await (byName ? pageByName(tx, scope, search, after) : pageByTime(tx, scope, search, after));
  const page = cut(rows, search.limit, (row) =>
    byName ? writeCursor(search.sort, row.sort_key, row.id) : writeCursor(search.sort, row.id),
  );
  return { items: page.items.map(presentSummary), next_cursor: page.next_cursor, total: scope.total };
}

/** In the order of id, which is that of created_at. */
async function pageByTime(tx: Tx, scope: Scope, search: ContactSearch, after: string[] | null): Promise<FoundRow[]> {
  const descending = search.sort.startsWith("-");
  const order = sql.raw(descending ? "order by id desc" : "order by id");
  const beyond = after ? (descending ? sql`and id < ${after[0]}` : sql`and id > ${after[0]}`) : sql``;
  const limit = search.limit + 1;
  if (scope.ranges && scope.total > countedTo) {
    const soon = await walk(tx, scope, beyond, order, limit);
    if (soon.length === limit) return soon;
  }
  const everybody = sql`(select id from contacts c where workspace_id = ${scope.workspaceId} ${beyond} ${order} limit ${limit})`;
  // "offset 0" keeps the order out of the range: else the planner reads the primary key backwards until it has met fifty
  // matches, and a million rows where the matches are old.
  const branch = (matches: RawBuilder<unknown>) =>
    sql`(select id from (${matches} ${beyond} offset 0) matches ${order} limit ${limit})`;
  const found = scope.ranges
    ? sql.join(matchesOf(scope).map(branch), sql` union `)
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
async function pageByName(tx: Tx, scope: Scope, search: ContactSearch, after: string[] | null): Promise<FoundRow[]> {
  const descending = search.sort.startsWith("-");
  const order = sql.raw(descending ? "order by c.sort_key desc, c.id desc" : "order by c.sort_key, c.id");
  const beyond = after
    ? sql`and (c.sort_key, c.id) ${sql.raw(descending ? "<" : ">")} (${after[0]}::text collate "C", ${after[1]}::uuid)`
    : sql``;
  const limit = search.limit + 1;
  if (scope.ranges && scope.total > countedTo) {
    const soon = await walk(tx, scope, beyond, order, limit);
    if (soon.length === limit) return soon;
  }
  // On the list are looked up only as many as the page needs, in its order; not each match before they are sorted.
  const branch = (range: RawBuilder<boolean>) =>
    sql`(select id from (
        select id, sort_key from contacts c where workspace_id = ${scope.workspaceId} and ${range} ${beyond}
        ${scope.list ? order : sql``} offset 0
      ) c where true ${isAmongMembers(scope)} ${order} limit ${limit})`;
  const ids = scope.ranges
    ? scope.total > countedTo
      ? sql.join(scope.ranges.map(branch), sql` union `)
      : foundIds(scope)
    : scope.byList && sql`select contact_id from list_members m where ${ofList(scope)}`;
  const matching = ids ? sql`and c.id in (${ids})` : isMember(scope);
  const { rows } = await sql<FoundRow>`
    select ${foundColumns} from contacts c
    where c.workspace_id = ${scope.workspaceId} ${matching} ${beyond}
    ${order} limit ${limit}`.execute(tx);
  return rows;
}

/**
 * The matches among the next contacts in the order of the page. Fewer than asked for where matches lie elsewhere: all new,
 * all old, or at one end of the alphabet.
 */
async function walk(
  tx: Tx,
  scope: Scope,
  beyond: RawBuilder<unknown>,
  order: RawBuilder<unknown>,
  limit: number,
): Promise<FoundRow[]> {
  const { rows } = await sql<FoundRow>`
    select ${foundColumns}
    from (select * from contacts c where workspace_id = ${scope.workspaceId} ${beyond} ${order} limit ${walked}) c
    where (${sql.join(scope.ranges ?? [], sql` or `)}) ${isMember(scope)}
    ${order} limit ${limit}`.execute(tx);
  return rows;
}

const foundColumns = sql`${contactColumns}, c.sort_key, exists (
  select from opt_outs o where o.workspace_id = c.workspace_id and o.number in (c.mobile, c.phone)) as opted_out`;

async function scopeOf(tx: Tx, workspaceId: string, ranges: Scope["ranges"], list: string | null): Promise<Scope> {
  const members = list ? await membersOf(tx, workspaceId, list) : 0;
  const scope: Scope = { workspaceId, ranges, list, members, byList: false, total: 0 };
  if (list && !ranges) return { ...scope, byList: members <= countedTo, total: Math.min(members, countedTo + 1) };
  if (!ranges) {
    return { ...scope, total: await count(tx, sql`select id from contacts where workspace_id = ${workspaceId}`) };
  }
  if (!list) return { ...scope, total: await count(tx, foundIds(scope)) };
  if (members <= countedTo) {
    const everywhere = await count(tx, foundIds({ ...scope, list: null }, members), members);
    if (everywhere > members)
      return { ...scope, byList: true, total: await count(tx, foundIds({ ...scope, byList: true })) };
  }
  // Most often one range alone has all of them, or more than are counted; then nothing need be united.
  const counts: number[] = [];
  for (const range of ranges) {
    const total = await count(tx, foundIds({ ...scope, ranges: [range] }));
    if (total > countedTo) return { ...scope, total };
    if (total > 0) counts.push(total);
  }
  return { ...scope, total: counts.length > 1 ? await count(tx, foundIds(scope)) : (counts[0] ?? 0) };
}

async function membersOf(tx: Tx, workspaceId: string, list: string): Promise<number> {
  const { rows } = await sql<{ members: number }>`
    select members from lists where workspace_id = ${workspaceId} and id = ${list}`.execute(tx);
  if (!rows[0]) throw notFound("list", list);
  return rows[0].members;
}

/** How many there are, or one more than `upTo`. */
async function count(tx: Tx, ids: RawBuilder<unknown>, upTo = countedTo): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from (select from (${ids}) ids limit ${upTo + 1}) counted`.execute(tx);
  return rows[0]?.n ?? 0;
}

/** The ids of all matches. Each source stops where it alone is more than `upTo`. */
function foundIds(scope: Scope, upTo = countedTo): RawBuilder<unknown> {
  return sql.join(
    matchesOf(scope).map((matches) => sql`(${matches} limit ${upTo + 1})`),
    sql` union `,
  );
}

/** Queries whose results together are the matches; a condition on `id` may follow. "offset 0" leaves each step its place. */
function matchesOf(scope: Scope): RawBuilder<unknown>[] {
  const ranges = scope.ranges ?? [];
  if (!scope.byList) {
    return ranges.map(
      (range) =>
        sql`select id from contacts c where workspace_id = ${scope.workspaceId} and ${range} ${isAmongMembers(scope)}`,
    );
  }
  return [
    sql`select id from (select contact_id from list_members m where ${ofList(scope)} offset 0) m, lateral (
        select id from contacts c
        where workspace_id = ${scope.workspaceId} and id = m.contact_id and (${sql.join(ranges, sql` or `)}) offset 0
      ) c where true`,
  ];
}

const ofList = (scope: Scope) => sql`m.workspace_id = ${scope.workspaceId} and m.list_id = ${scope.list}`;

/**
 * Whether `contacts c` is on the list, looked up in its index row by row. As a value, because the planner may turn "exists"
 * into a join.
 */
const isMember = (scope: Scope) =>
  scope.list ? sql`and (select true from list_members m where ${ofList(scope)} and m.contact_id = c.id)` : sql``;

const isHashed = ({ members }: Scope) => members > countedTo && members <= hashedList;

/** The same for many rows: a list that is neither short nor most of the workspace is hashed once ("is true" keeps it so). */
const isAmongMembers = (scope: Scope) =>
  isHashed(scope)
    ? sql`and (c.id in (select m.contact_id from list_members m where ${ofList(scope)})) is true`
    : isMember(scope);
