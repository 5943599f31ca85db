/** The SQL of a query's matches: how the indexes find them, and whether a contact is one. */
import { type RawBuilder, sql } from "kysely";
import type { DigitsWithin } from "./search-digits.ts";
import type { SearchedWord, SearchQuery } from "./search-query.ts";

const lastCharacter = "\u{10FFFF}";

/**
 * A query of columns `id` and `exact`, with each contact once; the sources of a query together have all contacts that match it.
 * `exact`: the contact matches as typed, not only once folded. `beyond` is a condition on `c.id`. "offset 0" keeps the planner
 * from reordering the steps.
 */
export interface Source {
  (beyond: RawBuilder<unknown>): RawBuilder<unknown>;
  /** Where `exact` must be determined from a name: the same query with `exact` null and the name as `key`. */
  named?: (beyond: RawBuilder<unknown>) => RawBuilder<unknown>;
}

/** Beginnings to look for in one index; none of them begins with another, so that a row is found by one of them. */
interface Beginning {
  text: string;
  exact: boolean;
}

/** The index lookups that find names. */
export interface NameSource {
  /** For one word: its beginnings. */
  one: SearchedWord | null;
  /** For two words, both in a name of two words: the beginnings of name_key or sort_key. */
  pairs: { column: NameColumn; beginnings: string[] }[];
  /** Where those are too many: the word that the key begins with. */
  scans: { column: NameColumn; driver: SearchedWord }[];
  /** For several words: the one by which names that are not plain are found. */
  driver: SearchedWord | null;
}

export type NameColumn = "name_key" | "sort_key";

/** The sources of a query, with names looked up as in `names`. */
export function sourcesOf(
  workspaceId: string,
  query: SearchQuery,
  names: NameSource,
  only: "exact" | "folded" | "all" = "all",
): Source[] {
  const wanted = (beginnings: Beginning[]) =>
    beginnings.filter((each) => only === "all" || each.exact === (only === "exact"));
  const source = (column: NameColumn | "email" | "mobile" | "phone", beginnings: Beginning[]) =>
    wanted(beginnings).length === 0 ? [] : [inColumn(workspaceId, column, wanted(beginnings))];
  const emails = query.emails.map((text, i) => ({ text, exact: i === 0 }));
  const numbers = query.numbers.map((text) => ({ text, exact: true }));
  const signs = query.signs === null ? [] : [{ text: query.signs, exact: true }];
  const { within } = query;
  const others = [
    ...source("email", emails),
    ...source("mobile", numbers),
    ...source("phone", numbers),
    ...source("name_key", signs),
    ...source("sort_key", signs),
    ...source("mobile", (within?.mobile.beginnings ?? []).map(foldedOnly)),
    ...source("phone", (within?.phone.beginnings ?? []).map(foldedOnly)),
    ...(within && within.emails.length > 0 && only !== "exact"
      ? [true, false].map((first) => inEmailDigits(workspaceId, within, first))
      : []),
    ...(query.unindexed ? [amongUnindexed(workspaceId, query)] : []).map((each) =>
      only === "all" ? each : withExactness(each, only === "exact"),
    ),
  ];
  if (names.one) {
    const { spellings } = names.one;
    const beginnings = wanted(spellings.map((text) => ({ text, exact: text === query.typed[0] })));
    if (beginnings.length === 0) return others;
    return [
      inColumn(workspaceId, "name_key", beginnings),
      inColumn(workspaceId, "sort_key", beginnings),
      inWords(workspaceId, beginnings),
      ...others,
    ];
  }
  const found = [
    ...names.pairs.map(({ column, beginnings }) => inPairs(workspaceId, column, query, beginnings)),
    ...names.scans.map(({ column, driver }) => inNames(workspaceId, column, query, driver)),
    ...(names.driver ? [inNamesOfWords(workspaceId, query, names.driver)] : []),
  ];
  return [...(only === "all" ? found : found.map((each) => withExactness(each, only === "exact"))), ...others];
}

/**
 * All matches of the sources that fulfil a condition on `c.id`. `exact` is determined for these only, because for names that
 * takes longer than finding them.
 */
export function findsOf(query: SearchQuery, sources: Source[], among: RawBuilder<unknown>): RawBuilder<unknown> {
  const finds = sources.map((source) =>
    source.named ? source.named(sql``) : sql`select id, exact, null::text as key from (${source(sql``)}) s`,
  );
  const exact = sources.some(({ named }) => named)
    ? sql`coalesce(c.exact, ${typedIn(query, nameOf("c.key"))})`
    : sql`c.exact`;
  return sql`select c.id, ${exact} as exact from (${sql.join(
    finds.map((each) => sql`(${each})`),
    sql` union all `,
  )} offset 0) c where true ${among}`;
}

/** Names that are not plain and have a word. */
export const wordsWith = (workspaceId: string, word: SearchedWord): Source => inWords(workspaceId, anyhow(word));

/** Whether the index lookup suffices, without checking the names themselves. */
export const isOneWord = ({ wordCount, typed }: SearchQuery) => wordCount === 1 && typed.length === 1;

/** Whether a contact `c` matches. */
export function matches(query: SearchQuery): RawBuilder<boolean> {
  const names = query.words.length > 0 ? [allOf(query.words.map((word) => hasWord(nameOf("c.name_key"), word)))] : [];
  return anyOf([...names, ...elsewhere(query, query.emails), ...digitsElsewhere(query)]);
}

/** Whether a contact `c` matches as typed. */
export function matchesExactly(query: SearchQuery): RawBuilder<boolean> {
  // A name may have each word as typed, but fewer words than the query.
  const repeated = query.words.filter(({ times }) => times > 1);
  const name = nameOf("c.name_key");
  const names =
    query.words.length > 0
      ? [allOf([...query.typed.map((word) => containing(name, word)), ...repeated.map((word) => hasWord(name, word))])]
      : [];
  return anyOf([...names, ...elsewhere(query, query.emails.slice(0, 1))]);
}

export const allOf = (conditions: RawBuilder<boolean>[]) =>
  conditions.length > 0 ? sql<boolean>`(${sql.join(conditions, sql` and `)})` : sql<boolean>`true`;

const anyOf = (conditions: RawBuilder<boolean>[]) =>
  conditions.length > 0 ? sql<boolean>`(${sql.join(conditions, sql` or `)})` : sql<boolean>`false`;

function elsewhere(query: SearchQuery, emails: string[]): RawBuilder<boolean>[] {
  const begins = (column: string, texts: string[]) =>
    texts.map((text) => sql<boolean>`coalesce(starts_with(${sql.ref(`c.${column}`)}, ${text}), false)`);
  const signs = query.signs === null ? [] : [query.signs];
  return [
    ...begins("email", emails),
    ...begins("mobile", query.numbers),
    ...begins("phone", query.numbers),
    ...begins("name_key", signs),
    ...begins("sort_key", signs),
  ];
}

/** The matches of digits within addresses and numbers. */
function digitsElsewhere({ within, unindexed }: SearchQuery): RawBuilder<boolean>[] {
  if (!within) return [];
  const { digits, emails, precedingInEmails } = within;
  const has = (column: string, pattern: string) =>
    sql<boolean>`coalesce(${sql.ref(`c.${column}`)} ~ ${`${pattern}${digits}`}, false)`;
  return [
    ...(precedingInEmails !== null && (emails.length > 0 || unindexed)
      ? [has("email", `(^|[^0-9])[0-9]{0,${precedingInEmails}}`)]
      : []),
    ...(["mobile", "phone"] as const).flatMap((column) => {
      const { beginnings, codes, preceding } = within[column];
      const countries = codes.map((code) => code.slice(1)).join("|");
      return beginnings.length > 0 ? [has(column, `^\\+(${countries})[0-9]{0,${preceding}}`)] : [];
    }),
  ];
}

/** A name as stored, and as name_words() returns it: comparing the former is cheaper and excludes nearly all. */
interface Name {
  stored: RawBuilder<string>;
  words: RawBuilder<string>;
}

const nameOf = (column: string): Name => ({ stored: sql.ref(column), words: sql`name_words(${sql.ref(column)})` });
const namesAsWords = sql.ref<string>("c.name");
const nameOfWords: Name = { stored: namesAsWords, words: namesAsWords };

/** Whether a name has as many words with a spelling as the query has. */
function hasWord(name: Name, { spellings, times }: SearchedWord): RawBuilder<boolean> {
  const one = anyOf(spellings.map((text) => containing(name, text)));
  if (times === 1 || spellings.length === 0) return one;
  const found = spellings.map(
    (text) =>
      sql`(length(${name.words}) - length(replace(${name.words}, ${` ${text}`}, ''))) / ${[...text].length + 1}::int`,
  );
  return sql<boolean>`(${one} and ${sql.join(found, sql` + `)} >= ${times})`;
}

const containing = ({ stored, words }: Name, word: string) =>
  stored === words
    ? sql<boolean>`strpos(${words}, ${` ${word}`}) > 0`
    : sql<boolean>`(strpos(${stored}, ${word}) > 0 and strpos(${words}, ${` ${word}`}) > 0)`;

const beginningsOf = (beginnings: Beginning[]) =>
  sql`unnest(${beginnings.map((each) => each.text)}::text[], ${beginnings.map((each) => each.exact)}::boolean[]) as b (low, exact)`;

/** A prefix is a range, see migration 0003. */
const within = (column: RawBuilder<unknown>) =>
  sql`${column} >= b.low collate "C" and ${column} < (b.low || ${lastCharacter}) collate "C"`;

// The partial index contains only names that are not empty.
const hasColumn = (column: string) =>
  column === "sort_key"
    ? sql``
    : column === "name_key"
      ? sql`and name_key <> ''`
      : sql`and ${sql.ref(column)} is not null`;

const inColumn =
  (workspaceId: string, column: string, beginnings: Beginning[]): Source =>
  (beyond) =>
    sql`select c.id, b.exact from ${beginningsOf(beginnings)}, lateral (
      select c.id from contacts c
      where workspace_id = ${workspaceId} ${hasColumn(column)} and ${within(sql.ref(column))} ${beyond} offset 0) c`;

/** A contact with several such words is found once, by the first of them. */
const firstSuchWord = (beginnings: Beginning[]) => sql`
  strpos(name || ' ', ' ' || word || ' ') = strpos(name, ' ' || b.low) ${
    beginnings.length > 1
      ? sql`and not exists (
          select 1 from unnest(${beginnings.map((each) => each.text)}::text[], ${beginnings.map((each) => each.exact)}::boolean[])
            as o (low, exact)
          where (o.exact, o.low collate "C") > (b.exact, b.low collate "C") and strpos(name, ' ' || o.low) > 0)`
      : sql``
  }`;

const words = (workspaceId: string) =>
  sql`(select word, name, contact_id as id from contact_words where workspace_id = ${workspaceId}) c`;

const inWords =
  (workspaceId: string, beginnings: Beginning[]): Source =>
  (beyond) =>
    sql`select c.id, b.exact from ${beginningsOf(beginnings)}, lateral (
      select c.id from ${words(workspaceId)}
      where ${within(sql.ref("word"))} and ${firstSuchWord(beginnings)} ${beyond} offset 0) c`;

const inPairs = (workspaceId: string, column: NameColumn, query: SearchQuery, beginnings: string[]): Source =>
  byName(
    query,
    nameOf("c.key"),
    (exact, beyond) => sql`
    select c.id, ${exact} from ${beginningsOf(beginnings.map(foldedOnly))}, lateral (
      select c.id, ${sql.ref(column)} as key from contacts c
      where workspace_id = ${workspaceId} ${hasColumn(column)} and ${within(sql.ref(column))} ${beyond} offset 0) c`,
  );

/** By the index alone, since each of the two keys has all words of a name. */
const inNames = (workspaceId: string, column: NameColumn, query: SearchQuery, driver: SearchedWord): Source =>
  byName(
    query,
    nameOf("c.key"),
    (exact, beyond) => sql`
    select c.id, ${exact} from ${beginningsOf(anyhow(driver))}, lateral (
      select c.id, ${sql.ref(column)} as key from contacts c
      where workspace_id = ${workspaceId} ${hasColumn(column)} and ${within(sql.ref(column))}
        and ${others(query, driver, nameOf(`c.${column}`))} ${beyond} offset 0) c`,
  );

const inNamesOfWords = (workspaceId: string, query: SearchQuery, driver: SearchedWord): Source =>
  byName(
    query,
    nameOfWords,
    (exact, beyond) => sql`
    select c.id, ${exact} from ${beginningsOf(anyhow(driver))}, lateral (
      select c.id, c.name from ${words(workspaceId)}
      where ${within(sql.ref("word"))} and ${firstSuchWord(anyhow(driver))}
        and ${others(query, driver, nameOfWords)} ${beyond} offset 0) c`,
  );

/** By the first runs of digits in addresses, of which each contact has one, or by further ones. */
const inEmailDigits =
  (workspaceId: string, { emails }: DigitsWithin, first: boolean): Source =>
  (beyond) =>
    sql`select ${first ? sql`` : sql`distinct`} c.id, false as exact
      from unnest(${emails.map((each) => each.length)}::smallint[], ${emails.map((each) => each.beginning)}::text[]) as b (length, low),
      lateral (
        select c.id from (
          select length, digits, contact_id as id, first from email_digits where workspace_id = ${workspaceId}) c
        where length = b.length and digits >= b.low collate "C"
          and digits < (b.low || ':') collate "C" and first = ${first} ${beyond} offset 0) c`;

/** The most contacts without index that are read one by one. */
const lookedAt = 10_000;

/** The newest contacts without index: by folded words of names, because their spellings are not known yet, and by digits. */
const amongUnindexed =
  (workspaceId: string, query: SearchQuery): Source =>
  (beyond) => {
    const folded = sql`fold(name_words(c.name_key))`;
    const words = query.words.map(({ folded: word, times }) =>
      times === 1
        ? sql<boolean>`strpos(${folded}, ${` ${word}`}) > 0`
        : sql<boolean>`(length(${folded}) - length(replace(${folded}, ${` ${word}`}, ''))) / ${[...word].length + 1}::int >= ${times}::int`,
    );
    const names = words.length > 0 ? [allOf(words)] : [];
    return sql`select distinct c.id, ${matchesExactly(query)} as exact from (
        select c.* from (
          select from_contact, to_contact from unindexed_contacts
          where workspace_id = ${workspaceId} order by from_contact desc limit 100) u, lateral (
          select * from contacts where workspace_id = ${workspaceId} and id >= u.from_contact and id <= u.to_contact
          order by id desc limit ${lookedAt}) c
        limit ${lookedAt}) c
      where ${anyOf([...names, ...digitsElsewhere(query)])} ${beyond}`;
  };

const foldedOnly = (text: string): Beginning => ({ text, exact: false });

/** Whether a name matches as typed depends on all of its words, see typedIn(). */
const anyhow = ({ spellings }: SearchedWord): Beginning[] => spellings.map(foldedOnly);

/** A source of names with all words; `rows` selects the columns that it needs besides the id. */
function byName(
  query: SearchQuery,
  name: Name,
  rows: (exact: RawBuilder<unknown>, beyond: RawBuilder<unknown>) => RawBuilder<unknown>,
): Source {
  if (isSpelledOneWay(query)) return (beyond) => rows(sql`true as exact`, beyond);
  return Object.assign((beyond: RawBuilder<unknown>) => rows(sql`${typedIn(query, name)} as exact`, beyond), {
    named: (beyond: RawBuilder<unknown>) => rows(sql`null::boolean as exact, ${name.stored} as key`, beyond),
  });
}

/** Whether all names with the words have them as typed. */
function isSpelledOneWay({ words, typed }: SearchQuery): boolean {
  const spellings = words.flatMap((word) => word.spellings);
  return spellings.length === words.length && typed.every((word) => spellings.includes(word));
}

const typedIn = ({ typed }: SearchQuery, name: Name) =>
  allOf(typed.map((word) => sql<boolean>`(${behindSpace(name, word)} or ${containing(name, word)})`));

/** Nearly all words follow a space, which is cheaper to check than the other separators. */
const behindSpace = ({ stored }: Name, word: string) => sql<boolean>`strpos(' ' || ${stored}, ${` ${word}`}) > 0`;

const others = (query: SearchQuery, driver: SearchedWord, name: Name) =>
  allOf(query.words.filter((word) => word !== driver || word.times > 1).map((word) => hasWord(name, word)));

const withExactness =
  (source: Source, exact: boolean): Source =>
  (beyond) =>
    sql`select id, exact from (${source(beyond)} offset 0) s where exact = ${exact}`;
