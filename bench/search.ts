/**
 * How long a search for contacts takes, by kind of query, with its total and its first page.
 *
 * `npm run bench -- search [contacts] [runs]`, one million and 40 by default. Among all contacts, and on a list of 50,000. Compared
 * in the same run with one contact looked up by its mobile number in the same kind of transaction: the least that any search can
 * cost. It also prints what the words of names and the digits of addresses take on disk.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { contacts as endpoints } from "../contract/contacts.ts";
import { selectContactByMobile } from "../server/contacts/contacts-store.ts";
import { indexContacts } from "../server/contacts/index-contacts.ts";
import { searchContacts } from "../server/contacts/search-contacts.ts";
import { type Db, openDb } from "../server/kit/db.ts";
import { startEmbeddedPostgres } from "../server/kit/embedded-postgres.ts";
import { newId } from "../testing/new-id.ts";
import { prepareDatabase } from "../testing/prepare-database.ts";
import { percentiles, timed } from "../testing/timing.ts";

const contacts = Number(process.argv[2] ?? 1_000_000);
const runs = Number(process.argv[3] ?? 40);
const listed = Math.min(50_000, contacts);
const aim = 100; // milliseconds, p95

const first =
  "Anne Ola Kari Åse Bjørn Ingrid Håkon Maja Nora Anders Astrid Arne Øyvind Eva Per Lars Inger Liv Jan Marit Hans Knut Tone Svein".split(
    " ",
  );
const second = "Marie Johan Sofie Kristian Helene Magnus".split(" ");
const last =
  "Nordmann Ødegård Hansen Bråthen Næss Lie Østby Andersen Johansen Olsen Larsen Müller Åsen Berg Haugen Aas Solberg Moen".split(
    " ",
  );

/** Each kind with the queries of its runs, in turn. */
const kinds: Record<string, string[]> = {
  "rare word": ["sjeldensen7", "sjeldensen12", "sjeldensen4711"],
  "rare further word": ["königs", "konigsmarck", "königsmarck3"],
  "frequent prefix": ["a", "å", "b", "o", "s"],
  "frequent word": ["anne", "hansen", "marie"],
  "accents folded": ["ase", "odegard", "oyvind", "muller"],
  "two words": ["nordmann ola", "anne hansen", "marie berg", "ase ode", "ola sjeldensen9"],
  "two frequent beginnings": ["a h", "an ma", "k n"],
  digits: ["40012345", "400 12"],
  "digits within": ["4711", "24", "0815", "12 345"],
  "e-mail": ["person.4711", "person.99@example"],
  "no match": ["xyzzy", "ola xyzzy", "00000000", "zz zz"],
};

const directory = await mkdtemp(join(tmpdir(), "varsla-bench-search-"));
const postgres = await startEmbeddedPostgres({ directory });
try {
  const workspaces = await prepareDatabase(postgres.connection);
  const db = openDb({ connection: postgres.connection, workspaces, max: 4 });
  try {
    await bench(db);
  } finally {
    await db.close();
  }
} finally {
  await postgres.stop();
  await rm(directory, { recursive: true, force: true });
}

async function bench(db: Db): Promise<void> {
  const workspaceId = newId();
  const list = newId();
  const began = performance.now();
  await seed(db, workspaceId, list);
  const seeded = performance.now();
  await indexContacts({ db, log: { info() {} } }, new AbortController().signal);
  await db.pool.query(
    "vacuum (analyze) contacts, contact_words, email_digits, unindexed_contacts, list_members, lists",
  );
  const seconds = (from: number, to: number) => `${((to - from) / 1000).toFixed(1)} s`;
  console.log(
    `seeded ${contacts.toLocaleString("en")} contacts in ${seconds(began, seeded)}, their words and digits in ${seconds(seeded, performance.now())}`,
  );
  await printSizes(db);

  const times = new Map<string, number[]>();
  const record = async (kind: string, work: () => Promise<unknown>) => {
    const each = times.get(kind) ?? [];
    times.set(kind, each);
    each.push(await timed(work));
  };
  // In turn, so that a slow moment of the machine affects all kinds. The first round warms up.
  for (let run = -1; run < runs; run++) {
    const number = `+47${40_000_000 + (((run + 1) * 7919) % contacts)}`;
    await record("limit", () => db.inWorkspace(workspaceId, (tx) => selectContactByMobile(tx, workspaceId, number)));
    for (const [kind, queries] of Object.entries(kinds)) {
      const query = queries[(run + 1) % queries.length];
      for (const [where, only] of [
        ["", {}],
        [", on a list", { list }],
      ] as const) {
        const search = endpoints.list.query.parse({ query, ...only });
        await record(`${kind}${where}`, () =>
          db.inWorkspace(workspaceId, (tx) => searchContacts(tx, workspaceId, search)),
        );
      }
    }
    if (run === -1) times.clear();
  }
  const limit = percentiles(times.get("limit") ?? []);
  console.log(`${"one contact by its mobile".padEnd(38)} p50 ${ms(limit.p50)}   p95 ${ms(limit.p95)}   (${runs} runs)`);
  for (const [kind, each] of times) {
    if (kind === "limit") continue;
    const { p50, p95 } = percentiles(each);
    const ratio = `${(p50 / limit.p50).toFixed(1)}; ${(p95 / limit.p95).toFixed(1)}`;
    console.log(
      `${kind.padEnd(38)} p50 ${ms(p50)}   p95 ${ms(p95)}   ratio ${ratio}${p95 > aim ? `   over ${aim} ms` : ""}`,
    );
  }
}

function ms(time: number): string {
  return `${time.toFixed(1).padStart(6)} ms`;
}

/**
 * Of a hundred first names 15 have two words, of a thousand last names one is "von …", and some 25 are rare ones with a number of
 * their own. Every twentieth contact is on the list.
 */
async function seed(db: Db, workspaceId: string, list: string): Promise<void> {
  await db.inWorkspace(workspaceId, async (tx) => {
    await sql`insert into workspaces values (${workspaceId}, 'Bench', 'NO', 'Europe/Oslo', 'nb', 'o', 'h', 'c', 'i', 1, 1, now())`.execute(
      tx,
    );
    await sql`insert into lists (workspace_id, id, name, created_at) values (${workspaceId}, ${list}, 'Some', now())`.execute(
      tx,
    );
    // As an import does: some ten thousand a statement.
    for (let from = 1; from <= contacts; from += 20_000) {
      await sql`
        insert into contacts (workspace_id, id, mobile, mobile_kind, email, first_name, last_name, created_at, updated_at)
        select ${workspaceId}::uuid,
          (substr(first_id_at(now() + i / 1000 * interval '1 millisecond')::text, 1, 15) || substr(md5(i::text), 1, 3) || '-a'
            || substr(md5(i::text), 4, 3) || '-' || substr(md5(i::text), 7, 12))::uuid,
          '+47' || (40000000 + i)::text, 'mobile', 'person.' || i || '@example.no',
          (${first}::text[])[1 + h.a % ${first.length}::int]
            || case when h.b % 100 < 15 then ' ' || (${second}::text[])[1 + h.a / 100 % ${second.length}::int] else '' end,
          case when h.b / 100 % 1000 = 0 then 'von Königsmarck' || i % 10
            when h.b / 100 % 100 < 3 then 'Sjeldensen' || i
            else (${last}::text[])[1 + h.b / 10000 % ${last.length}::int] end,
          now(), now()
        from generate_series(${from}::int, ${Math.min(from + 19_999, contacts)}::int) i,
          lateral (select abs(hashint4(i)::bigint) as a, abs(hashint4(i + 1000000007)::bigint) as b) h`.execute(tx);
    }
    await sql`
      insert into list_members (workspace_id, list_id, contact_id)
      select workspace_id, ${list}, id from contacts where workspace_id = ${workspaceId}
      order by hashtext(mobile) limit ${listed}`.execute(tx);
  });
}

async function printSizes(db: Db): Promise<void> {
  const { rows } = await db.asSystem((tx) =>
    sql<{ words: number; size: number; digits: number; digits_size: number; contacts: number }>`
      select (select count(*) from contact_words) as words, pg_total_relation_size('contact_words') as size,
        (select count(*) from email_digits) as digits, pg_total_relation_size('email_digits') as digits_size,
        pg_total_relation_size('contacts') as contacts`.execute(tx),
  );
  const [row] = rows;
  if (!row) return;
  const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MB`;
  console.log(
    `${row.words.toLocaleString("en")} words of names take ${megabytes(row.size)}, ${row.digits.toLocaleString("en")} runs of digits ${megabytes(row.digits_size)}; the contacts with their indexes take ${megabytes(row.contacts)}`,
  );
}
