/**
 * Compares the row type that the source declares for a statement (`sql<Row>`) with PostgreSQL's description of it: every column by
 * name and type and, if it is a column of a table, whether it may be null, by its definition or because of an outer join. Nothing
 * else checks these casts. Not checked: whether computed columns may be null (subselects, aggregates, expressions), and columns of a
 * table that have another name in a subquery of an outer join.
 */
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { placeTables, readCatalogue } from "../../server/distribution/placement.ts";
import { testDatabase } from "../database.ts";
import { planOf } from "../statements.ts";
import { type DescribedColumn, describeStatement } from "./describe-statement.ts";
import { given, undescribed } from "./given.ts";
import { outerColumns } from "./outer-joins.ts";
import { type SaidColumn, type WrittenStatement, writtenStatements } from "./written-statements.ts";

/** Columns that have fewer values in these statements than in their table, by file and column. */
const narrower: Record<string, string> = {
  "server/messages/dispatch/queue-store.ts status": "a text that was received is in no queue",
  "server/bookings/workflows/decisions-store.ts message_status": "no workflow sends a text that was received",
};

const kindsOfType: Record<number, string> = {
  [pg.types.builtins.BOOL]: "boolean",
  [pg.types.builtins.BYTEA]: "Buffer",
  [pg.types.builtins.CHAR]: "string",
  [pg.types.builtins.INT8]: "number",
  [pg.types.builtins.INT2]: "number",
  [pg.types.builtins.INT4]: "number",
  [pg.types.builtins.FLOAT4]: "number",
  [pg.types.builtins.FLOAT8]: "number",
  [pg.types.builtins.TEXT]: "string",
  [pg.types.builtins.VARCHAR]: "string",
  [pg.types.builtins.UUID]: "string",
  [pg.types.builtins.TIMESTAMPTZ]: "Date",
  [pg.types.builtins.DATE]: "Date",
  [pg.types.builtins.NUMERIC]: "string",
  [pg.types.builtins.JSON]: "json",
  [pg.types.builtins.JSONB]: "json",
  19: "string", // name
  2205: "string", // regclass
  1009: "string[]", // text[]
  2951: "string[]", // uuid[]
  1016: "string[]", // bigint[]: pg makes numbers of single ones only
  1007: "number[]",
  1005: "number[]",
};

const { superuser } = await testDatabase();
const client = new pg.Client({ connectionString: superuser });
const enums = new Map<number, string[]>();
/** Columns that may be null, as "table.column" of their numbers. */
const nullable = new Map<string, string>();
let statements: WrittenStatement[];

beforeAll(async () => {
  await client.connect();
  const labels = await client.query<{ type: number; labels: string[] }>(
    "select enumtypid as type, array_agg(enumlabel::text) as labels from pg_enum group by 1",
  );
  for (const each of labels.rows) enums.set(Number(each.type), each.labels);
  const columns = await client.query<{ key: string; name: string }>(
    `select attrelid::bigint || '.' || attnum as key, attrelid::regclass || '.' || attname as name
     from pg_attribute where attnum > 0 and not attnotnull and not attisdropped`,
  );
  for (const { key, name } of columns.rows) nullable.set(key, name);
  statements = writtenStatements(given);
});
afterAll(() => client.end());

/** What is wrong with one column, or null. */
function faultOf(said: SaidColumn, found: DescribedColumn | undefined, text: string): string | null {
  if (!found) return said.optional ? null : `there is no column ${said.name}`;
  const labels = enums.get(found.type);
  const kind = labels ? "string" : kindsOfType[found.type];
  if (kind === undefined) return `${said.name} is of a type (${found.type}) that is missing in kindsOfType`;
  const literals = [...said.kinds].filter((each) => each.startsWith("'"));
  const literal = { string: /^'[^']*'$/, "string[]": /^'[^']*'\[\]$/ }[kind];
  const fits =
    kind === "json" || said.kinds.has(kind) || (literal && [...said.kinds].every((each) => literal.test(each)));
  if (!fits) return `${said.name} is said to be ${[...said.kinds].join(" | ")}, and is ${kind}`;
  const unnamed = labels && literals.length > 0 ? labels.filter((label) => !literals.includes(`'${label}'`)) : [];
  if (unnamed.length > 0 && !said.kinds.has("string")) return `${said.name} may be ${unnamed.join(", ")} too`;
  const column = nullable.get(`${found.table}.${found.column}`);
  if (!column || said.nullable || said.optional || excludesNull(text, column)) return null;
  return `${said.name} may be null, as ${column} may`;
}

/** For each column, whether an outer join may fill it with nulls. Only queries have a plan. */
const outerOf = async (text: string): Promise<boolean[]> =>
  /^\s*(call|set|lock|listen|create|alter|drop)\b/i.test(text) ? [] : outerColumns(await planOf(client, text));

const outerFaultOf = ({ name, nullable, optional }: SaidColumn): string | null =>
  nullable || optional ? null : `${name} may be null because of an outer join`;

/** Whether a condition of the statement excludes nulls of the column. */
function excludesNull(text: string, column: string): boolean {
  const name = column.split(".").at(-1);
  return new RegExp(`\\b${name} (is not null|=|<|>|<=|>=|<>|in|~|between)(\\s|$)`).test(text);
}

test("every statement's text can be composed from the source and the substitutes", () => {
  const unread = statements.filter(({ unreadable }) => unreadable !== null);
  expect(unread.map(({ place, unreadable }) => `${place}: ${unreadable}`)).toEqual([]);
  expect(statements.length).toBeGreaterThan(150);
});

test("PostgreSQL can prepare each statement, and its columns have the declared types", async () => {
  const faults: string[] = [];
  let described = 0;
  for (const { place, columns, texts } of statements) {
    for (const text of texts) {
      if (undescribed.some(([piece]) => text.includes(piece))) continue;
      described++;
      let found: DescribedColumn[] | null;
      try {
        found = await describeStatement(client, text);
      } catch (error) {
        const { message, position = 1 } = error as Error & { position?: number };
        faults.push(`${place}: ${message} at ${text.slice(Number(position) - 1).slice(0, 60)}`);
        continue;
      }
      if (!found) continue; // part of another statement
      const outer = await outerOf(text);
      for (const said of columns) {
        if (`${place.split(":")[0]} ${said.name}` in narrower) continue;
        const i = found.findIndex(({ name }) => name === said.name);
        const fault = faultOf(said, found[i], text) ?? (outer[i] ? outerFaultOf(said) : null);
        if (fault) faults.push(`${place}: ${fault}`);
      }
    }
  }
  expect([...new Set(faults)]).toEqual([]);
  expect(described).toBeGreaterThan(200);
});

test("a column of the nullable side of an outer join may be null, wherever it is read", async () => {
  const queue = "from message_queue q left join messages m on m.workspace_id = q.workspace_id and m.id = q.message_id";
  const outer = async (text: string) => outerColumns(await planOf(client, text));
  expect(await outer(`select q.seq, m.status, coalesce(m.text, '') ${queue}`)).toEqual([false, true, false]);
  expect(await outer(`select q.seq, m.status ${queue} order by m.id limit 1`)).toEqual([false, true, true]);
  expect(await outer(`select q.seq, m.status ${queue} where m.class = 'marketing'`)).toEqual([false, false]);
  expect(await outer(`select q.seq, m.status ${queue.replace("left", "right")}`)).toEqual([true, false]);
  expect(await outer(`select q.seq, m.status ${queue.replace("left", "full")}`)).toEqual([true, true]);
  const lateral = `left join lateral (select * from messages where id = q.message_id offset 0) m on true`;
  expect(await outer(`select q.seq, m.status from message_queue q ${lateral}`)).toEqual([false, true]);
  expect(await outer(`select seq, status from (select q.seq, m.status ${queue} offset 0) s where seq > 0`)).toEqual([
    false,
    true,
  ]);
  expect(await outer(`with s as materialized (select q.seq, m.status ${queue}) select seq, status from s`)).toEqual([
    false,
    true,
  ]);
  const either = `select 0::bigint as seq, 'sent'::message_status as status union all select q.seq, m.status ${queue}`;
  for (const text of [
    either,
    either.replace(" all", ""),
    `${either} order by seq limit 1`,
    `with s as materialized (${either}) select seq, status from s`,
  ])
    expect(await outer(text), text).toEqual([false, true]);
});

test("rows from arrays are inserted through a join with their workspace, so that one node of a cluster takes them", async () => {
  const { places } = placeTables(await readCatalogue(client));
  const bare = statements.flatMap(({ place, texts }) =>
    texts
      .flatMap(intoFromArrays)
      .filter((table) => places.get(table) === "distributed")
      .map((table) => `${place}: ${table}`),
  );
  expect([...new Set(bare)]).toEqual([]);
  const insert = "insert into inbound_seen (workspace_id, message_id) select $1, (select m.id from messages m), u.id";
  expect(intoFromArrays(`${insert} from unnest($2::uuid[]) as u (id)`)).toEqual(["inbound_seen"]);
  expect(intoFromArrays(`${insert} from workspaces w, unnest($2::uuid[]) as u (id)`)).toEqual([]);
});

/** Tables that a statement inserts into from arrays or JSON only. */
function intoFromArrays(text: string): string[] {
  return [...text.matchAll(/insert into (\w+)(?: as \w+)?\s*\([^)]*\)\s*select\b/g)].flatMap((insert) => {
    let depth = 0;
    for (const { 0: token, index } of text.slice(insert.index + insert[0].length).matchAll(/[()]|\bfrom\b/g)) {
      if (token === "(") depth++;
      else if (token === ")") depth--;
      else if (depth === 0) {
        const source = text.slice(insert.index + insert[0].length + index);
        return /^from (unnest|jsonb?_to_recordset)\b/.test(source) ? [insert[1] as string] : [];
      }
      if (depth < 0) return []; // its select has no source
    }
    return [];
  });
}
