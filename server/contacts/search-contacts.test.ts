import fc from "fast-check";
import { sql } from "kysely";
import { beforeAll, expect, test } from "vitest";
import { ContactInput, type ContactSummary, contacts as endpoints } from "../../contract/contacts.ts";
import { fold } from "../../rules/folding.ts";
import { nameWords } from "../../rules/name-words.ts";
import { testDatabase } from "../../testing/database.ts";
import { runs } from "../../testing/runs.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { createContact, deleteContact, updateContact } from "./contacts.ts";
import { addMembers, createList } from "./lists.ts";
import { searchContacts } from "./search-contacts.ts";

const { db } = await testDatabase();
const workspace = await createTestWorkspace(db);
const ids: Record<string, string> = {};
let list: string;

beforeAll(async () => {
  const people: Record<string, object> = {
    ola: { first_name: "Ola", last_name: "Nordmann", mobile: "912 34 567", email: "ola.nordmann@example.no" },
    ola_johan: { first_name: "Ola Johan", last_name: "Næss", mobile: "923 45 678" },
    ase: { first_name: "Åse", last_name: "Ødegård", phone: "22 22 22 22" },
    nameless: { email: "post@firma.no" },
    sven: { first_name: "Sven", last_name: "Ola", mobile: "+46701234567" },
    percent: { first_name: "100%_\\", mobile: "93456789" },
  };
  for (const [key, input] of Object.entries(people)) ids[key] = await create(input);
  list = (await db.inWorkspace(workspace.id, (tx) => createList(tx, workspace.id, "L", new Date()))).id;
  await db.inWorkspace(workspace.id, (tx) =>
    addMembers(tx, workspace.id, list, [ids.ola as string, ids.ase as string], new Date()),
  );
  const other = await createTestWorkspace(db);
  await db.inWorkspace(other.id, (tx) =>
    createContact(tx, other.id, { first_name: "Ola", last_name: "Nordmann" }, new Date()),
  );
});

async function create(input: object): Promise<string> {
  return (
    await db.inWorkspace(workspace.id, (tx) => createContact(tx, workspace.id, ContactInput.parse(input), new Date()))
  ).id;
}

/** Contacts of another workspace, in this order. */
const named: [first: string, last: string][] = [
  ["", "von Königsmarck"],
  ["Anne Marie", "Berg"],
  ["Anne-Marie", "Dahl"],
  ["Pat", "O'Brien"],
  ["24 Timer", ""],
  ["Øystein", "Lie"],
  ["Jan", "Müller"],
  ["Jan", "Mueller"],
  ["", "Café Straße 7"],
  ["Åse", "Strand"],
  ["Ase", "Vik"],
  ["Bo", "Bo"],
  ["Bo", "Boman"],
  ["Bo", "Ek"],
  ["Sa\u00adra", "Holm"],
  ["أحمد", "صَالِح"],
  ["٤ تمر", "لحم"],
  ["Jul 🎄", "Nissen"],
  ["Jo", "Ek"],
  ["Jó", "Ek"],
  ["100%_\\", "Ull"],
];
const words = await createTestWorkspace(db);
await db.inWorkspace(words.id, async (tx) => {
  for (const [i, [first_name, last_name]] of named.entries()) {
    const at = new Date(Date.UTC(2026, 0, 1, 0, i));
    await createContact(tx, words.id, { first_name, last_name }, at);
  }
});
const inWords = (query: object) =>
  db.inWorkspace(words.id, (tx) => searchContacts(tx, words.id, endpoints.list.query.parse(query)));

const search = (query: object) =>
  db.inWorkspace(workspace.id, (tx) => searchContacts(tx, workspace.id, endpoints.list.query.parse(query)));
const found = async (query: object) => (await search(query)).items.map((item) => item.id);
const keys = (...names: string[]) => names.map((name) => ids[name]);

test.each([
  ["ola", ["sven", "ola_johan", "ola"]],
  ["OLA N", ["ola_johan", "ola"]],
  ["ola johan n", ["ola_johan"]],
  ["Nordmann O", ["ola"]],
  ["næ", ["ola_johan"]],
  ["åse ø", ["ase"]],
  ["ØDE", ["ase"]],
  ["A\u030Ase", ["ase"]],
  ["ola.nordmann@", ["ola"]],
  ["POST@FIRMA", ["nameless"]],
  ["91234567", ["ola"]],
  ["912 34", ["ola"]],
  ["+47 912-34", ["ola"]],
  ["0047912", ["ola"]],
  ["4791", ["ola"]],
  ["22 22", ["ase"]],
  ["+46 70", ["sven"]],
  ["100%", ["percent"]],
  ["%", []],
  ["_", []],
  ["'; drop table contacts; --", []],
  ["\0", ["percent", "sven", "nameless", "ase", "ola_johan", "ola"]],
])("%s", async (query, expected) => {
  expect(await found({ query })).toEqual(keys(...expected));
});

test.each<[query: string, people: [first: string, last: string][]]>([
  ["königs", [["", "von Königsmarck"]]],
  ["konigs", [["", "von Königsmarck"]]],
  ["königsmarck von", [["", "von Königsmarck"]]],
  [
    "marie",
    [
      ["Anne Marie", "Berg"],
      ["Anne-Marie", "Dahl"],
    ],
  ],
  [
    "anne-marie",
    [
      ["Anne Marie", "Berg"],
      ["Anne-Marie", "Dahl"],
    ],
  ],
  ["marie anne dahl", [["Anne-Marie", "Dahl"]]],
  ["mar berg", [["Anne Marie", "Berg"]]],
  ["dahl m", [["Anne-Marie", "Dahl"]]],
  ["brien", [["Pat", "O'Brien"]]],
  ["o’brien", [["Pat", "O'Brien"]]],
  ["timer", [["24 Timer", ""]]],
  ["24", [["24 Timer", ""]]],
  ["oystein", [["Øystein", "Lie"]]],
  ["lie øyst", [["Øystein", "Lie"]]],
  ["muller", [["Jan", "Müller"]]],
  ["mueller", [["Jan", "Mueller"]]],
  ["strasse", [["", "Café Straße 7"]]],
  ["cafe 7", [["", "Café Straße 7"]]],
  [
    "ase",
    [
      ["Ase", "Vik"],
      ["Åse", "Strand"],
    ],
  ],
  [
    "åse",
    [
      ["Åse", "Strand"],
      ["Ase", "Vik"],
    ],
  ],
  [
    "ÅS",
    [
      ["Åse", "Strand"],
      ["Ase", "Vik"],
    ],
  ],
  ["as st", [["Åse", "Strand"]]],
  ["åse vik", [["Ase", "Vik"]]],
  [
    "bo bo",
    [
      ["Bo", "Bo"],
      ["Bo", "Boman"],
    ],
  ],
  ["bo b b", []],
  ["sara", [["Sa\u00adra", "Holm"]]],
  ["لح ٤", [["٤ تمر", "لحم"]]],
  ["صالح", [["أحمد", "صَالِح"]]],
  ["🎄", [["Jul 🎄", "Nissen"]]],
  ["nissen jul", [["Jul 🎄", "Nissen"]]],
  [
    "jo\u0301",
    [
      ["Jó", "Ek"],
      ["Jo", "Ek"],
    ],
  ],
  ["100%", [["100%_\\", "Ull"]]],
  ["100 %", []],
  ["_", []],
  ["\\", []],
  ["'", []],
  ["\u0301", named],
])("words anywhere in names: %s", async (query, people) => {
  const page = await inWords({ query, sort: "created_at", limit: 100 });
  expect(page.items.map(({ first_name, last_name }) => [first_name ?? "", last_name ?? ""])).toEqual(people);
  expect(page.total).toBe(people.length);
});

test("digits are found in numbers, addresses and names", async () => {
  const { id } = await createTestWorkspace(db);
  const inputs = [
    { first_name: "24 Timer", email: "4711@example.no" },
    { first_name: "Bensin", last_name: "Døgnet 24", mobile: "47 11 22 33" },
    { first_name: "Kari", mobile: "924 00 000" },
  ];
  const [first, second] = await db.inWorkspace(id, async (tx) => {
    const made: string[] = [];
    for (const [i, input] of inputs.entries())
      made.push((await createContact(tx, id, input, new Date(Date.UTC(2026, 0, 1, 0, i)))).id);
    return made;
  });
  const ids = async (query: string) =>
    (
      await db.inWorkspace(id, (tx) =>
        searchContacts(tx, id, endpoints.list.query.parse({ query, sort: "created_at" })),
      )
    ).items.map((item) => item.id);
  expect(await ids("4711")).toEqual([first, second]);
  expect(await ids("24")).toEqual([first, second]);
  expect(await ids("24 t")).toEqual([first]);
  expect(await ids("24 døgnet")).toEqual([second]);
});

test("digits are found anywhere in addresses and numbers, first those that begin with them", async () => {
  const { id } = await createTestWorkspace(db);
  const inputs = [
    { email: "kari1987@example.com" },
    { email: "ola.1234567@example.no", mobile: "+46701234567" },
    { first_name: "1987", email: "x@7.11.example.com" },
    { email: "a12.b12.c3@example.com", phone: "22 12 11 12" },
    { mobile: "91 23 19 87" },
  ].map(({ mobile, phone, ...rest }) => ContactInput.parse({ ...rest, mobile, phone }));
  const ids = await db.inWorkspace(id, async (tx) => {
    const made: string[] = [];
    for (const [i, input] of inputs.entries())
      made.push((await createContact(tx, id, input, new Date(Date.UTC(2026, 0, 1, 0, i)))).id);
    return made;
  });
  const list = (await db.inWorkspace(id, (tx) => createList(tx, id, "All", new Date()))).id;
  await db.inWorkspace(id, (tx) => addMembers(tx, id, list, ids, new Date()));
  const found = async (query: string) => {
    const pages = await db.inWorkspace(id, async (tx) => [
      await searchContacts(tx, id, endpoints.list.query.parse({ query, sort: "created_at" })),
      await searchContacts(tx, id, endpoints.list.query.parse({ query, sort: "created_at", list })),
    ]);
    expect(pages[1]).toEqual(pages[0]);
    expect(pages[0]?.total).toBe(pages[0]?.items.length);
    return pages[0]?.items.map((item) => ids.indexOf(item.id));
  };
  expect(await found("1987")).toEqual([2, 0, 4]);
  expect(await found("987")).toEqual([0]);
  expect(await found("4567")).toEqual([1]);
  expect(await found("34 567")).toEqual([1]);
  expect(await found("11")).toEqual([2]);
  expect(await found("12")).toEqual([1, 3]);
  expect(await found("2 1112")).toEqual([3]);
  expect(await found("9871")).toEqual([]);
  const renumbered = ids[0] as string;
  await db.inWorkspace(id, (tx) => updateContact(tx, id, renumbered, { email: "kari2001@example.com" }, new Date()));
  expect([await found("1987"), await found("2001")]).toEqual([[2, 4], [0]]);
  await db.inWorkspace(id, (tx) => deleteContact(tx, id, renumbered, new Date()));
  expect(await found("2001")).toEqual([]);
  const { rows } = await db.inWorkspace(id, (tx) =>
    sql`select 1 from email_digits where workspace_id = ${id} and contact_id = ${renumbered}`.execute(tx),
  );
  expect(rows).toEqual([]);
});

test("only current names of the workspace are found, after renaming and deleting", async () => {
  const [mine, other] = await Promise.all([createTestWorkspace(db), createTestWorkspace(db)]);
  const found = async (query: string) =>
    (await db.inWorkspace(mine.id, (tx) => searchContacts(tx, mine.id, endpoints.list.query.parse({ query })))).total;
  const [id = ""] = await Promise.all(
    [mine.id, other.id].map((workspaceId) =>
      db.inWorkspace(
        workspaceId,
        async (tx) => (await createContact(tx, workspaceId, { first_name: "Anne Marie Sofie" }, new Date())).id,
      ),
    ),
  );
  expect(await found("marie")).toBe(1);
  await db.inWorkspace(mine.id, (tx) =>
    updateContact(tx, mine.id, id, { first_name: "Anne Sofie Wilhelmine" }, new Date()),
  );
  expect([await found("marie"), await found("sofie"), await found("wil")]).toEqual([0, 1, 1]);
  await db.inWorkspace(mine.id, (tx) =>
    updateContact(tx, mine.id, id, { first_name: "Anne", last_name: "Sofie" }, new Date()),
  );
  expect([await found("sofie"), await found("wil")]).toEqual([1, 0]);
  await db.inWorkspace(mine.id, (tx) => updateContact(tx, mine.id, id, { first_name: "Anne Marie" }, new Date()));
  await db.inWorkspace(mine.id, (tx) => deleteContact(tx, mine.id, id, new Date()));
  expect([await found("marie"), await found("anne")]).toEqual([0, 0]);
  const { rows } = await db.asSystem((tx) =>
    sql<{ workspace_id: string; word: string }>`
      select workspace_id, word from contact_words where workspace_id in (${mine.id}, ${other.id}) order by word`.execute(
      tx,
    ),
  );
  expect(rows).toEqual(["anne", "marie", "sofie"].map((word) => ({ workspace_id: other.id, word })));
});

test("every query finds what checking each contact would find, in the same order", async () => {
  const { id } = await createTestWorkspace(db);
  const word = fc.constantFrom(
    "a",
    "å",
    "ä",
    "ab",
    "åb",
    "æb",
    "aeb",
    "b",
    "bo",
    "bø",
    "bó",
    "ﬁ",
    "fi",
    "ß",
    "s",
    "7",
    "%",
    "_",
  );
  const name = fc
    .array(fc.tuple(word, fc.constantFrom(" ", "-", "'", "", "\u2068")), { maxLength: 3 })
    .map((parts) => parts.flat().join("").slice(0, -1).trim());
  const [people = []] = fc.sample(
    fc.array(
      fc.record({ first: name, last: name, email: fc.option(fc.constantFrom("a@b.no", "bo.ab@b.no", "7@b.no")) }),
      {
        minLength: 120,
        maxLength: 120,
      },
    ),
    { numRuns: 1, seed: 7 },
  );
  const contacts = await db.inWorkspace(id, async (tx) => {
    const made: ContactSummary[] = [];
    for (const [i, { first, last, email }] of people.entries())
      made.push({
        ...(await createContact(
          tx,
          id,
          { first_name: first, last_name: last, email },
          new Date(Date.UTC(2026, 0, 1, 0, i)),
        )),
        opted_out: false,
      });
    return made;
  });
  const list = (await db.inWorkspace(id, (tx) => createList(tx, id, "Some", new Date()))).id;
  const listed = new Set(contacts.filter((_, i) => i % 3 > 0).map((contact) => contact.id));
  await db.inWorkspace(id, (tx) => addMembers(tx, id, list, [...listed], new Date()));

  /** How well a contact matches: 1 exactly, 0 once folded, -1 not at all. */
  const match = ({ first_name, last_name, email }: ContactSummary, query: string): number => {
    const whole = `${first_name ?? ""} ${last_name ?? ""}`.trim().toLowerCase();
    const has = (names: string[], wanted: string[]) =>
      wanted.length > 0 &&
      wanted.every(
        (each) =>
          names.filter((one) => one.startsWith(each)).length >= wanted.filter((one) => one.startsWith(each)).length,
      );
    const spaceless = !query.includes(" ");
    if (nameWords(query).length === 0) return whole.startsWith(query) ? 1 : -1;
    const folded = has(nameWords(whole).map(fold), nameWords(fold(query)));
    const typed = nameWords(query).every((each) => nameWords(whole).some((one) => one.startsWith(each)));
    if ((folded && typed) || (spaceless && email?.startsWith(query))) return 1;
    return folded || (spaceless && email?.startsWith(fold(query))) ? 0 : -1;
  };
  await fc.assert(
    fc.asyncProperty(
      fc
        .array(word, { minLength: 1, maxLength: 3 })
        .chain((parts) => fc.constantFrom(" ", "-", "").map((by) => parts.join(by))),
      fc.boolean(),
      fc.constantFrom("created_at", "-created_at"),
      async (query, onList, sort) => {
        const expected = contacts
          .filter((contact) => match(contact, query) >= 0 && (!onList || listed.has(contact.id)))
          .toSorted((a, b) => match(b, query) - match(a, query) || (a.id < b.id === (sort === "created_at") ? -1 : 1));
        const found: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await db.inWorkspace(id, (tx) =>
            searchContacts(
              tx,
              id,
              endpoints.list.query.parse({ query, sort, cursor, limit: 7, ...(onList ? { list } : {}) }),
            ),
          );
          expect(page.total).toBe(expected.length);
          found.push(...page.items.map((item) => item.id));
          cursor = page.next_cursor ?? undefined;
        } while (cursor);
        expect(found).toEqual(expected.map((contact) => contact.id));
      },
    ),
    { numRuns: runs(60, 2_000) },
  );
});

test("a list narrows the search; an unknown list is refused", async () => {
  expect(await found({ list })).toEqual(keys("ase", "ola"));
  expect(await search({ list, query: "ola" })).toMatchObject({ total: 1, items: [{ id: ids.ola }] });
  await expect(search({ list: workspace.id })).rejects.toMatchObject({ status: 404 });
});

test("sorted by last name, both ways, in pages", async () => {
  const all: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await search({ sort: "last_name", limit: 2, cursor });
    expect(page.total).toBe(6);
    all.push(...page.items.map((item) => item.id));
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  expect(all).toEqual(keys("nameless", "percent", "ola", "ola_johan", "sven", "ase"));
  expect(await found({ sort: "-last_name" })).toEqual(all.toReversed());
  expect(await found({ sort: "last_name", query: "ola" })).toEqual(keys("ola", "ola_johan", "sven"));
});

test("pages don't shift when contacts are added between them", async () => {
  const first = await search({ limit: 3 });
  const added = await create({ first_name: "Zoë" });
  const second = await search({ limit: 3, cursor: first.next_cursor });
  expect([...first.items, ...second.items].map((item) => item.id)).toEqual(
    keys("percent", "sven", "nameless", "ase", "ola_johan", "ola"),
  );
  expect(second.next_cursor).toBeNull();
  await db.inWorkspace(workspace.id, (tx) => sql`delete from contacts where id = ${added}`.execute(tx));
});

test("a cursor of another order, or no cursor at all, is refused", async () => {
  const { next_cursor } = await search({ limit: 1 });
  for (const query of [
    { cursor: next_cursor, sort: "last_name" },
    { cursor: "x" },
    { cursor: "WyItY3JlYXRlZF9hdCIsIngiXQ" },
  ]) {
    await expect(search(query)).rejects.toMatchObject({ status: 422, field: "cursor" });
  }
});

test("a contact whose number has opted out is marked", async () => {
  await db.inWorkspace(workspace.id, (tx) =>
    sql`insert into opt_outs values (${workspace.id}, '+4722222222', ${workspace.sender.id}, now(), 'sms', null)`.execute(
      tx,
    ),
  );
  const page = await search({});
  expect(page.items.filter((item) => item.opted_out).map((item) => item.id)).toEqual(keys("ase"));
});
