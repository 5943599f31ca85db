/**
 * Finds contacts among millions. Few matches are read from the indexes; where many contacts match, the table is read in the
 * order of the page, which soon finds fifty of them. Contacts that match as typed come before those that match once accents are
 * folded, each group in the requested order.
 */
import { type RawBuilder, sql } from "kysely";
import type { ContactSummary } from "../../contract/contacts.ts";
import { cut, readCursor, writeCursor } from "../kit/cursor.ts";
import type { Tx } from "../kit/db.ts";
import { notFound } from "../kit/errors.ts";
import { type ContactRow, presentSummary } from "./contact.ts";
import { contactColumns } from "./contacts-store.ts";
import {
  allOf,
  findsOf,
  isOneWord,
  matches,
  matchesExactly,
  type NameSource,
  type Source,
  sourcesOf,
} from "./search-matches.ts";
import { chooseNameSource } from "./search-names.ts";
import { readSearchQuery, type SearchQuery } from "./search-query.ts";

export interface ContactSearch {
  query?: string | undefined;
  /** Only members of this list. */
  list?: string | undefined;
  sort: "-created_at" | "created_at" | "last_name" | "-last_name";
  cursor?: string | undefined;
  limit: number;
}

/** Totals are exact up to here; larger ones are given as one more. */
const countedTo = 10_000;
/** How many contacts are read in the page's order: enough for two pages where one in a hundred matches. */
const walked = 10_000;
/** The ids of lists up to this size fit a hash table with the smallest work_mem. */
const hashedList = 100_000;
/** All members of lists up to this size are read, where many contacts match. */
const walkedList = 25_000;
/** Looking up more matches than this takes longer than hashing a longer list. */
const lookedUp = 5_000;
/**
 * This many matches on a longer list are nearly always more contacts than are counted, although first and last names find some
 * twice: most on a short list, of which a larger share is read.
 */
const foundOnList = (members: number) => countedTo + Math.ceil(37_500_000 / members);

/**
 * What is searched. The plan is chosen here and not by the planner: right after an import it has no statistics of the new rows,
 * and joining a list of ten thousand then took half a minute.
 */
interface Scope {
  workspaceId: string;
  list: string | null;
  /** The number of members of the list. */
  members: number;
  /** How a list's members are recognised among matches; "known" where only members are read. */
  membership: "looked up" | "hashed" | "known";
}

interface QueryScope extends Scope {
  query: SearchQuery;
  names: NameSource;
}

/** The last contact of the previous page. */
interface Place {
  exact: boolean;
  sortKey: string | null;
  id: string;
}

type FoundRow = ContactRow & { sort_key: string; opted_out: boolean; exact: boolean };
/** `total` is at most one more than `countedTo`. */
type Page = { rows: FoundRow[]; total: number };

/** One page of contacts, in an order that is not shifted by inserts between two pages. 404 for an unknown list. */
export async function searchContacts(
  tx: Tx,
  workspaceId: string,
  search: ContactSearch,
): Promise<{ items: ContactSummary[]; next_cursor: string | null; total: number }> {
  const list = search.list ?? null;
  const members = list ? await membersOf(tx, workspaceId, list) : 0;
  const scope: Scope = { workspaceId, list, members, membership: "looked up" };
  const query = search.query ? await readSearchQuery(tx, workspaceId, search.query) : null;
  const after = search.cursor ? readPlace(search, query !== null) : null;
  const { rows, total } = query
    ? await pageOfQuery(tx, scope, query, search, after)
    : await page(tx, scope, search, after);
  const cursorOf = ({ exact, sort_key, id }: FoundRow) =>
    writeCursor(
      search.sort,
      ...(query ? [exact ? "exact" : "folded"] : []),
      ...(isByName(search) ? [sort_key] : []),
      id,
    );
  const { items, next_cursor } = cut(rows, search.limit, cursorOf);
  return { items: items.map(presentSummary), next_cursor, total };
}

const isByName = ({ sort }: ContactSearch) => sort.endsWith("last_name");

function readPlace(search: ContactSearch, ofQuery: boolean): Place {
  const values = readCursor(search.cursor as string, search.sort, 1 + Number(ofQuery) + Number(isByName(search)));
  return {
    exact: !ofQuery || values[0] === "exact",
    sortKey: isByName(search) ? (values.at(-2) as string) : null,
    id: values.at(-1) as string,
  };
}

/** The order of a page, and the condition for a contact `c` after a place. By id, which is the order of created_at, or by last name. */
function orderOf(search: ContactSearch) {
  const [direction, less]: [string, string] = search.sort.startsWith("-") ? ["desc", "<"] : ["", ">"];
  const byTime = !isByName(search);
  return {
    direction: sql.raw(direction),
    order: sql.raw(byTime ? `c.id ${direction}` : `c.sort_key ${direction}, c.id ${direction}`),
    beyond: (place: Place | null) => {
      if (!place) return sql``;
      return byTime
        ? sql`and c.id ${sql.raw(less)} ${place.id}`
        : sql`and (c.sort_key, c.id) ${sql.raw(less)} (${place.sortKey}::text collate "C", ${place.id}::uuid)`;
    },
  };
}

/** A page of all contacts, or of all members of the list. */
async function page(tx: Tx, scope: Scope, search: ContactSearch, after: Place | null): Promise<Page> {
  const { workspaceId, list, members } = scope;
  const { order, beyond } = orderOf(search);
  const limit = search.limit + 1;
  const byList = list !== null && members <= countedTo;
  const total = list
    ? Math.min(members, countedTo + 1)
    : await count(tx, sql`select id from contacts where workspace_id = ${workspaceId}`);
  if (isByName(search)) {
    const among = byList
      ? sql`and c.id in (select contact_id from list_members m where ${ofList(scope)})`
      : isMember(scope);
    const { rows } = await sql<FoundRow>`
      select ${foundColumns(workspaceId)}, true as exact from contacts c
      where c.workspace_id = ${workspaceId} ${among} ${beyond(after)} order by ${order} limit ${limit}`.execute(tx);
    return { rows, total };
  }
  const found = list
    ? sql`select id from (
          select contact_id as id from list_members where workspace_id = ${workspaceId} and list_id = ${list}) c
        where true ${beyond(after)}`
    : sql`select id from contacts c where workspace_id = ${workspaceId} ${beyond(after)}`;
  const { rows } = await sql<FoundRow>`
    select ${foundColumns(workspaceId)}, true as exact from (${found} order by ${order} limit ${limit}) page
    join contacts c on c.workspace_id = ${workspaceId} and c.id = page.id order by ${order}`.execute(tx);
  return { rows, total };
}

async function pageOfQuery(
  tx: Tx,
  whole: Scope,
  query: SearchQuery,
  search: ContactSearch,
  after: Place | null,
): Promise<Page> {
  const { workspaceId, list, members } = whole;
  const names = await chooseNameSource(tx, workspaceId, query);
  const scope: QueryScope = { ...whole, query, names };
  const sources = sourcesOf(workspaceId, query, names);
  let gather = () => pageOfFew(tx, scope, sources, search, after);
  if (list) {
    const few = members <= walkedList ? Math.min(members, countedTo) : lookedUp;
    if (members <= hashedList && (await count(tx, union(sources), few)) > few) {
      scope.membership = members <= walkedList ? "known" : "hashed";
      gather =
        scope.membership === "known"
          ? () => pageOfFew(tx, scope, [amongMembers(scope)], search, after)
          : () => pageOfFewOnList(tx, scope, sources, search, after);
    }
  } else if (await isCrowd(tx, sourcesOf(workspaceId, query, { ...names, driver: null }))) {
    return { rows: await pageOfMany(tx, scope, search, after), total: countedTo + 1 };
  }
  const few = await gather();
  if (few.all) return few;
  if (scope.membership === "known") scope.membership = "looked up";
  return { rows: await pageOfMany(tx, scope, search, after), total: countedTo + 1 };
}

/** Whether one of the sources alone has more matches than are counted. Checked for sources that read little for each match. */
async function isCrowd(tx: Tx, sources: Source[]): Promise<boolean> {
  if (sources.length === 0) return false;
  const more = sources.map((source) => sql`exists (select from (${source(sql``)}) s offset ${countedTo})`);
  const { rows } = await sql<{ crowd: boolean }>`select ${sql.join(more, sql` or `)} as crowd`.execute(tx);
  return rows[0]?.crowd ?? false;
}

/** `all`: whether all matches were gathered, so that the page is correct. */
type Gathered = Page & { all: boolean };

/**
 * Members are recognised among the matches of all sources together, so that the list is hashed once and not for each source.
 * Where that stops at the limit although some contacts were found twice, it is repeated without the limit.
 */
async function pageOfFewOnList(
  tx: Tx,
  scope: QueryScope,
  sources: Source[],
  search: ContactSearch,
  after: Place | null,
): Promise<Gathered> {
  const onList: Source[] = sources.length > 0 ? [amongFinds(scope, sources)] : [];
  const page = await pageOfFew(tx, scope, onList, search, after, foundOnList(scope.members));
  if (page.all || page.total > countedTo) return page;
  return pageOfFew(tx, scope, onList, search, after, sources.length * countedTo);
}

/**
 * Gathers and counts all matches, and reads a page of them. Each source has a contact once: where one alone has more matches than
 * are counted, or than `upTo`, the others are not read.
 */
async function pageOfFew(
  tx: Tx,
  scope: QueryScope,
  sources: Source[],
  search: ContactSearch,
  after: Place | null,
  upTo = countedTo,
): Promise<Gathered> {
  const { order, beyond } = orderOf(search);
  const { workspaceId } = scope;
  const sorted = isByName(search)
    ? sql`(select m.*, c.sort_key from matches m, lateral (
        select sort_key from contacts where workspace_id = ${workspaceId} and id = m.id offset 0) c)`
    : sql`matches`;
  const next = !after
    ? sql``
    : after.exact
      ? sql`where (c.exact ${beyond(after)}) or not c.exact`
      : sql`where not c.exact ${beyond(after)}`;
  if (sources.length === 0) return { rows: [], total: 0, all: true };
  const matching = sql`${gathered(scope, sources, upTo)},
    matches as materialized (select id, bool_or(exact) as exact from (${allGathered(sources)}) m group by id)`;
  const isAll = allOf(sources.map((_, i) => sql<boolean>`(select count(*) from ${gathering(i)}) <= ${upTo}`));
  const { rows } = await sql<FoundRow & { total: number; all: boolean }>`
    with ${matching}, page as materialized (
      select c.id, c.exact from ${sorted} c ${next} order by c.exact desc, ${order} limit ${search.limit + 1}
    )
    select ${foundColumns(workspaceId)}, page.exact, (select count(*) from matches) as total, ${isAll} as all
    from page join contacts c on c.workspace_id = ${workspaceId} and c.id = page.id
    order by page.exact desc, ${order}`.execute(tx);
  // After the last match there is no row with the total.
  const { total, all } = rows[0] ?? (after ? await countOf(tx, matching, isAll) : { total: 0, all: true });
  return { rows, total: Math.min(total, countedTo + 1), all };
}

const gathering = (i: number) => sql.ref(`found_${i}`);

/** The matches of each source in a table each; none where an earlier source has enough. */
const gathered = (scope: QueryScope, sources: Source[], upTo: number) =>
  sql.join(
    sources.map((source, i) => {
      const before = sources.slice(0, i).map((_, j) => sql`(select count(*) from ${gathering(j)}) <= ${upTo}`);
      return sql`${gathering(i)} as materialized (
        select id, exact from (${source(isAmongMembers(scope))}) s
        ${before.length > 0 ? sql`where ${sql.join(before, sql` and `)}` : sql``} limit ${upTo + 1})`;
    }),
  );

const allGathered = (sources: Source[]) =>
  sql.join(
    sources.map((_, i) => sql`select id, exact from ${gathering(i)}`),
    sql` union all `,
  );

async function countOf(
  tx: Tx,
  matching: RawBuilder<unknown>,
  isAll: RawBuilder<boolean>,
): Promise<{ total: number; all: boolean }> {
  const { rows } = await sql<{ total: number; all: boolean }>`
    with ${matching} select count(*) as total, ${isAll} as all from matches`.execute(tx);
  return rows[0] ?? { total: 0, all: true };
}

/** First the contacts that match as typed, then the others. */
async function pageOfMany(tx: Tx, scope: QueryScope, search: ContactSearch, after: Place | null): Promise<FoundRow[]> {
  const limit = search.limit + 1;
  const exact = after && !after.exact ? [] : await pageOfSome(tx, scope, search, true, after, limit);
  if (exact.length === limit) return exact;
  const rest = await pageOfSome(tx, scope, search, false, after?.exact ? null : after, limit - exact.length);
  return [...exact, ...rest];
}

async function pageOfSome(
  tx: Tx,
  scope: QueryScope,
  search: ContactSearch,
  exact: boolean,
  after: Place | null,
  limit: number,
): Promise<FoundRow[]> {
  const { workspaceId, query, names } = scope;
  const sources = sourcesOf(workspaceId, query, names, exact ? "exact" : "folded");
  if (sources.length === 0) return [];
  // Where only few of the matches are exact, reading in the page's order would find hardly any.
  if (!isOneWord(query) || (await count(tx, union(sources))) > countedTo) {
    const soon = await walk(tx, scope, search, exact, after, limit);
    if (soon.length === limit) return soon;
  }
  const { order, beyond } = orderOf(search);
  const other = exact ? sql`` : sql`and not ${matchesExactly(query)}`;
  const branch = isByName(search)
    ? (source: Source) => sql`(
        select c.id, c.sort_key from (${source(sql``)} offset 0) s, lateral (
          select * from contacts where workspace_id = ${workspaceId} and id = s.id offset 0) c
        where true ${beyond(after)} ${other} ${isAmongMembers(scope)} order by ${order} limit ${limit})`
    : // Sorted first, so that no more of them are read than the page needs.
      (source: Source) => sql`(
        select c.id, null::text as sort_key from (select c.id from (${source(beyond(after))} offset 0) c order by ${order} offset 0) c
        where true ${
          exact
            ? sql``
            : sql`and (select true from (
            select * from contacts where workspace_id = ${workspaceId} and id = c.id offset 0) c
          where true ${other})`
        } ${isMember(scope)} order by ${order} limit ${limit})`;
  const { rows } = await sql<FoundRow>`
    select ${foundColumns(workspaceId)}, ${exact}::boolean as exact
    from (select c.id from (${sql.join(sources.map(branch), sql` union `)}) c order by ${order} limit ${limit}) page
    join contacts c on c.workspace_id = ${workspaceId} and c.id = page.id
    order by ${order}`.execute(tx);
  return rows;
}

/**
 * The matches among the next contacts in the order of the page. Fewer than requested where the matches are elsewhere: all new,
 * all old, or at one end of the alphabet.
 */
async function walk(
  tx: Tx,
  scope: QueryScope,
  search: ContactSearch,
  exact: boolean,
  after: Place | null,
  limit: number,
): Promise<FoundRow[]> {
  const { direction, order, beyond } = orderOf(search);
  const { workspaceId, list, query } = scope;
  const wanted = exact ? matchesExactly(query) : sql`${matches(query)} and not ${matchesExactly(query)}`;
  const { rows } =
    list && !isByName(search)
      ? await sql<FoundRow>`
        select ${foundColumns(workspaceId)}, ${exact}::boolean as exact from (
          select c.id from (
            select contact_id as id from list_members where workspace_id = ${workspaceId} and list_id = ${list}) c
          where true ${beyond(after)} order by ${order} limit ${walked}) m,
          lateral (select * from contacts where workspace_id = ${workspaceId} and id = m.id offset 0) c
        where ${wanted} order by m.id ${direction} limit ${limit}`.execute(tx)
      : await sql<FoundRow>`
        select ${foundColumns(workspaceId)}, ${exact}::boolean as exact from (
          select * from contacts c where workspace_id = ${workspaceId} ${beyond(after)} order by ${order} limit ${walked}) c
        where ${wanted} ${isMember(scope)} order by ${order} limit ${limit}`.execute(tx);
  return rows;
}

const foundColumns = (workspaceId: string) => sql`${contactColumns}, c.sort_key, exists (
  select from opt_outs o where o.workspace_id = ${workspaceId} and o.number in (c.mobile, c.phone)) as opted_out`;

async function membersOf(tx: Tx, workspaceId: string, list: string): Promise<number> {
  const { rows } = await sql<{ members: number }>`
    select members from lists where workspace_id = ${workspaceId} and id = ${list}`.execute(tx);
  if (!rows[0]) throw notFound("list", list);
  return rows[0].members;
}

/** The number of rows, or one more than `upTo`. */
async function count(tx: Tx, rowsOf: RawBuilder<unknown>, upTo = countedTo): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from (select from (${rowsOf}) found limit ${upTo + 1}) counted`.execute(tx);
  return rows[0]?.n ?? 0;
}

const union = (sources: Source[]) =>
  sources.length > 0
    ? sql.join(
        sources.map((source) => sql`(${source(sql``)})`),
        sql` union all `,
      )
    : sql`select null::uuid as id, false as exact where false`;

/** The matches that are on the list, found by reading all members. */
const amongMembers =
  (scope: QueryScope): Source =>
  () =>
    sql`
  select c.id, ${matchesExactly(scope.query)} as exact
  from (select contact_id from list_members m where ${ofList(scope)} order by contact_id offset 0) m, lateral (
    select * from contacts where workspace_id = ${scope.workspaceId} and id = m.contact_id offset 0) c
  where ${matches(scope.query)}`;

/** The matches of the sources that are on the list. */
const amongFinds =
  (scope: QueryScope, sources: Source[]): Source =>
  () =>
    findsOf(scope.query, sources, isAmongMembers(scope));

const ofList = (scope: Scope) => sql`m.workspace_id = ${scope.workspaceId} and m.list_id = ${scope.list}`;

/**
 * Whether `c` is on the list, looked up in the index row by row. As a scalar subquery, because the planner may turn "exists" into
 * a join.
 */
const isMember = (scope: Scope) =>
  scope.list ? sql`and (select true from list_members m where ${ofList(scope)} and m.contact_id = c.id)` : sql``;

/** The same for many rows: a list that is neither short nor most of the workspace is hashed once ("is true" prevents a join). */
const isAmongMembers = (scope: Scope) =>
  scope.membership === "known"
    ? sql``
    : scope.membership === "hashed"
      ? sql`and (c.id in (select m.contact_id from list_members m where ${ofList(scope)})) is true`
      : isMember(scope);
