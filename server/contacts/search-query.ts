/** Reads a search text: words of names, the beginning of an e-mail address, a number, or digits of either. */
import { sql } from "kysely";
import { fold, foldsWithin } from "../../rules/folding.ts";
import { nameWords } from "../../rules/name-words.ts";
import { numberPrefixes } from "../../rules/phone-number-search.ts";
import type { Tx } from "../kit/db.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { type DigitsWithin, findDigitsWithin } from "./search-digits.ts";

/** A word of the query. It matches a word of a name that begins with one of its spellings. */
export interface SearchedWord {
  /** The folded word, see rules/folding.ts. */
  folded: string;
  /** The beginnings of words in this workspace's names that fold to it; none of them begins with another. */
  spellings: string[];
  /** How many words of the query begin with this one, which a name must have as many of. */
  times: number;
}

/** A query prepared for the indexes. It finds contacts with all of the words, or the e-mail address, or the number. */
export interface SearchQuery {
  words: SearchedWord[];
  /** How many words a name must have, repeated ones included. */
  wordCount: number;
  /** The words as typed, in lower case: contacts with these come first. */
  typed: string[];
  /** For a query of signs without words: the beginning of a whole name. */
  signs: string | null;
  /** Beginnings of addresses; the first as typed. */
  emails: string[];
  /** Beginnings of E.164 numbers. */
  numbers: string[];
  /** For a query of digits only: where addresses and numbers contain them after their beginning. */
  within: DigitsWithin | null;
  /** Whether some contacts are not indexed yet, see index-contacts.ts. */
  unindexed: boolean;
}

/** Reads a query in the spellings that the workspace's names have; null for an empty one. */
export async function readSearchQuery(tx: Tx, workspaceId: string, query: string): Promise<SearchQuery | null> {
  const text = query.normalize("NFC").replaceAll("\0", "").toWellFormed().replace(/\s+/g, " ").trim();
  if (text === "") return null;
  // Lower-cased by the same function as the stored keys.
  const { rows } = await sql<{ lower: string }>`select lower(${text}::text collate "und-x-icu") as lower`.execute(tx);
  const lower = rows[0]?.lower ?? "";
  const { country } = await getWorkspace(tx, workspaceId);
  const foldedText = fold(lower);
  // Only invisible characters, such as those around a copied number.
  if (foldedText === "") return null;
  const foldedWords = nameWords(foldedText);
  const { rows: unindexed } = await sql`
    select 1 from unindexed_contacts where workspace_id = ${workspaceId} limit 1`.execute(tx);
  const spellings = await spellingsOf(tx, workspaceId, [...new Set(foldedWords)]);
  return {
    words: [...spellings].map(([folded, beginnings]) => ({
      folded,
      spellings: beginnings,
      times: foldedWords.filter((each) => each.startsWith(folded)).length,
    })),
    wordCount: foldedWords.length,
    typed: [...new Set(nameWords(lower))],
    signs: foldedWords.length === 0 ? lower : null,
    emails: text.includes(" ") ? [] : [...new Set([lower, foldedText])],
    numbers: withoutLonger(numberPrefixes(text, country)),
    within: await findDigitsWithin(tx, workspaceId, foldedText),
    unindexed: unindexed.length > 0,
  };
}

/** The beginnings without those that begin with another one, so that each number is found once. */
const withoutLonger = (beginnings: string[]) =>
  beginnings.filter((each) => !beginnings.some((other) => other !== each && each.startsWith(other)));

async function spellingsOf(tx: Tx, workspaceId: string, words: string[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>(words.map((word) => [word, []]));
  if (words.length === 0) return found;
  const { rows } = await sql<{ word: string; spelling: string }>`
    select w.word, s.spelling from unnest(${words}::text[]) as w (word),
      lateral spellings(${workspaceId}, w.word, ${JSON.stringify(foldsWithin(words.join("")))}::jsonb) as s (spelling)`.execute(
    tx,
  );
  for (const { word, spelling } of rows) found.get(word)?.push(spelling);
  return found;
}
