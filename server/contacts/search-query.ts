/** What a person typed into the search field, as ranges of the indexed columns. */

import { type RawBuilder, sql } from "kysely";
import { numberPrefixes } from "../../rules/phone-number-search.ts";

const last = "\u{10FFFF}";

/**
 * The conditions that find a contact, each one range of one index: full name, last name first, e-mail, and numbers in any
 * spelling, with and without the country code of `country`.
 */
export function searchRanges(query: string, country: string): RawBuilder<boolean>[] {
  const text = query.normalize("NFC").replaceAll("\0", "").toWellFormed().replace(/\s+/g, " ").trim();
  const prefixes = numberPrefixes(text, country);
  if (prefixes.length > 0) {
    return prefixes.flatMap((prefix) => [
      within(sql`mobile`, sql`${prefix}::text`),
      within(sql`phone`, sql`${prefix}::text`),
    ]);
  }
  // Lower-cased by the same function as the stored keys.
  const lower = sql`lower(${text}::text collate "und-x-icu")`;
  // The partial index knows only names that are not empty.
  const ranges = [sql<boolean>`name_key <> '' and ${within(sql`name_key`, lower)}`, within(sql`sort_key`, lower)];
  return text.includes(" ") ? ranges : [...ranges, within(sql`email`, lower)];
}

const within = (column: RawBuilder<unknown>, from: RawBuilder<unknown>) =>
  sql<boolean>`${column} >= ${from} collate "C" and ${column} < (${from} || ${last}) collate "C"`;
