/** The migration of names that look alike, which earlier versions accepted. */
import { afterAll, expect, test } from "vitest";
import { invisibleCharacters } from "../../rules/blank.ts";
import { earlierDatabase } from "./earlier-database.ts";

const database = await earlierDatabase({ version: "0.2.0", last: "0012" });
afterAll(() => database.client.end());

test("of names that look alike the oldest stays, and the others get a free number", async () => {
  const { client } = database;
  const { rows } = await client.query<{ id: string }>("select workspace_id as id from workspaces order by 1");
  const [one, other] = rows.map((row) => row.id);
  const add = (table: string, workspace: string | undefined, number: number, name: string) => {
    const id = `00000000-0000-7000-8000-${String(number).padStart(12, "0")}`;
    const rest = {
      lists: "",
      subscription_types: ", key, needs_consent, bit",
      carriers: ", kind, enabled, settings, secrets, updated_at",
    }[table];
    const values = {
      lists: "",
      subscription_types: `, 'key_${number}', true, ${number}`,
      carriers: ", 'smpp', false, '{}', '', now()",
    }[table];
    return client.query(
      `insert into ${table} (workspace_id, id, name, created_at${rest}) values ($1, $2, $3, timestamptz '2026-01-01' + ${number} * interval '1 day'${values})`,
      [workspace, id, name],
    );
  };
  const long = "\u00e5".repeat(50);
  await add("lists", one, 12, "Pa\u030aske");
  await add("lists", one, 11, "P\u00e5ske");
  await add("lists", one, 13, "P\u00e5s\u200bke");
  await add("lists", one, 14, "p\u00e5ske (2)");
  await add("lists", one, 15, long);
  await add("lists", one, 16, long.normalize("NFD"));
  await add("lists", other, 17, "Pa\u030aske");
  await add("subscription_types", one, 21, "Nytt");
  await add("subscription_types", one, 22, "Nytt\u00a0");
  await add("carriers", one, 31, "SMPP x");
  await add("carriers", one, 32, "smpp X");

  await database.migrateNow();
  const names = async (table: string) => {
    const found = await client.query<{ name: string }>(
      `select name from ${table} where id::text like '00000000-0000-7000-8000-%' order by id`,
    );
    return found.rows.map((row) => row.name);
  };
  expect(await names("lists")).toEqual([
    "P\u00e5ske",
    "Pa\u030aske (3)",
    "P\u00e5s\u200bke (4)",
    "p\u00e5ske (2)",
    long,
    `${long.normalize("NFD").slice(0, 96)} (2)`,
    "Pa\u030aske",
  ]);
  expect(await names("subscription_types")).toEqual(["Nytt", "Nytt\u00a0 (2)"]);
  expect(await names("carriers")).toEqual(["SMPP x", "smpp X (2)"]);
});

test("the database's key of a name ignores the same characters as the rules, and folds case in every language", async () => {
  const key = async (name: string) =>
    (await database.client.query<{ key: string }>("select name_key($1) as key", [name])).rows[0]?.key;
  for (const character of invisibleCharacters.replaceAll(/\p{Cc}/gu, ""))
    expect(await key(character), character.charCodeAt(0).toString(16)).toBe("");
  expect(await key("  P\u00c5 \u00a0 ske\t")).toBe("p\u00e5 ske");
  for (const [name, same] of [
    ["Stra\u00dfe", "STRASSE"],
    ["\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2", "\u03a3\u038a\u03a3\u03a5\u03a6\u039f\u03a3"],
    ["P\u00e5ske", "PA\u030aSKE"],
  ] as const)
    expect(await key(name)).toBe(await key(same));
  expect(await key("Paske")).not.toBe(await key("P\u00e5ske"));
});
