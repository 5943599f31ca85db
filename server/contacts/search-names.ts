/** Chooses the index lookup for names with all words of a query, so that few names are read that do not match. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { isOneWord, type NameColumn, type NameSource, wordsWith } from "./search-matches.ts";
import type { SearchedWord, SearchQuery } from "./search-query.ts";

/** With more first words than this, all names with a word are read instead. */
const mostFirstWords = 2_000;
/** A word with no more names than this is rare enough. */
const rare = 1_000;
/** Names are counted up to here; more frequent words are not compared. */
const frequent = 5_000;

export async function chooseNameSource(tx: Tx, workspaceId: string, query: SearchQuery): Promise<NameSource> {
  const none: NameSource = { one: null, pairs: [], scans: [], driver: null };
  const { words } = query;
  if (words.length === 0 || words.some(({ spellings }) => spellings.length === 0)) return none;
  if (isOneWord(query)) return { ...none, one: words[0] ?? null };
  const driver = await rarest(tx, workspaceId, words);
  const columns = ["name_key", "sort_key"] as const;
  const [longest] = byLength(words) as [SearchedWord];
  // One folded word may be two words as typed.
  if (query.wordCount === 1) return { ...none, scans: columns.map((column) => ({ column, driver: longest })), driver };
  // A plain name has two words at most.
  if (query.wordCount > 2) return { ...none, driver };
  const pairs: NameSource["pairs"] = [];
  const scans: NameSource["scans"] = [];
  for (const column of columns) {
    const beginnings = await pairsIn(tx, workspaceId, column, words);
    if (beginnings) pairs.push({ column, beginnings });
    else scans.push({ column, driver: longest });
  }
  return { ...none, pairs: pairs.filter(({ beginnings }) => beginnings.length > 0), scans, driver };
}

/** Longest first, because fewer words begin with more letters. */
const byLength = (words: SearchedWord[]) => words.toSorted((a, b) => b.folded.length - a.folded.length);

/**
 * Beginnings of a two-word key: each first word that begins with the longer of the two, combined with each spelling of the
 * other. The two keys together cover both orders. Null where there are too many first words.
 */
async function pairsIn(
  tx: Tx,
  workspaceId: string,
  column: NameColumn,
  words: SearchedWord[],
): Promise<string[] | null> {
  const [longer, shorter = longer] = byLength(words);
  if (!longer || !shorter) return [];
  const { rows } = await sql<{ word: string }>`
    select f.word from unnest(${longer.spellings}::text[]) as s (beginning),
      lateral first_words(${workspaceId}, ${column}, s.beginning, ${mostFirstWords}::int) as f (word)`.execute(tx);
  if (rows.length * shorter.spellings.length > mostFirstWords) return null;
  return rows.flatMap(({ word }) => shorter.spellings.map((spelling) => `${word} ${spelling}`));
}

/** The word that occurs in the fewest names that are not plain. */
async function rarest(tx: Tx, workspaceId: string, words: SearchedWord[]): Promise<SearchedWord | null> {
  let least: { word: SearchedWord | null; names: number } = { word: null, names: Number.POSITIVE_INFINITY };
  for (const word of byLength(words)) {
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from (select from (${wordsWith(workspaceId, word)(sql``)}) found limit ${frequent}) counted`.execute(
      tx,
    );
    const names = rows[0]?.n ?? 0;
    if (names < least.names) least = { word, names };
    if (names <= rare) break;
  }
  return least.word;
}
