/** The database's functions for names give the same as the rules. */
import { sql } from "kysely";
import { expect, test } from "vitest";
import { fold } from "../../rules/folding.ts";
import { nameSeparators } from "../../rules/name-words.ts";
import { testDatabase } from "../../testing/database.ts";

const { db } = await testDatabase();

test("the database separates words where the rules do", async () => {
  const { rows } = await db.asSystem((tx) =>
    sql<{ separators: string }>`
      select string_agg(chr(n), '' order by n) as separators from generate_series(1, 65533) n
      where n not between 55296 and 57343 and name_words(chr(n)) = '  '`.execute(tx),
  );
  expect(rows[0]?.separators).toBe([...nameSeparators].toSorted().join(""));
});

test("the database folds as the rules do", async () => {
  const { rows } = await db.asSystem((tx) =>
    sql<{ character: string; folded: string }>`
      select chr(n) as character, fold('Å' || chr(n) || 'x') as folded from generate_series(32, 65533) n
      where n < 12544 or n > 64255`.execute(tx),
  );
  // The two may know different capitals of recent scripts, by their version of Unicode.
  const small = rows.filter(({ character }) => character === character.toLowerCase());
  expect(small.filter(({ character, folded }) => folded !== fold(`Å${character}x`))).toEqual([]);
});
