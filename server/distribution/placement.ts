/**
 * Where each table stands on a sharded database: distributed by workspace_id, as a reference table on every node, or local
 * on the coordinator. Read from the catalogue, so that a new tenant table needs no entry here; what is not a tenant table
 * has to be named with its reason, and a table that is neither is refused.
 *
 * The rules are Citus's own:
 *  - the distribution column is part of every primary key and unique index
 *    https://docs.citusdata.com/en/stable/develop/reference_ddl.html#creating-and-distributing-tables
 *  - a foreign key of a distributed table holds that column and points to a co-located or a reference table, and none points
 *    from elsewhere to a distributed table
 *    https://docs.citusdata.com/en/stable/develop/reference_ddl.html#adding-modifying-constraints
 *  - a partitioned table is distributed through its parent; identity columns are bigint, so that each node has numbers of
 *    its own
 *    https://docs.citusdata.com/en/stable/develop/reference_workarounds.html#limitations
 */
import type pg from "pg";

export type Place = "distributed" | "reference" | "local";

/** A table of the schema "public"; partitions go with their parent, tables of extensions are not ours. */
export interface CatalogueTable {
  name: string;
  partitioned: boolean;
  /** Behind the wall between workspaces: a tenant table. */
  walled: boolean;
  /** Its partitions. */
  partitions: string[];
  /** Columns of every primary key, unique index and exclusion constraint, by the index's name. */
  unique: Record<string, string[]>;
  /** Identity columns and their types. */
  identity: Record<string, string>;
}

export interface ForeignKey {
  name: string;
  table: string;
  columns: string[];
  target: string;
  target_columns: string[];
  /** As `alter table … add constraint … ` wants it. */
  definition: string;
}

export interface Catalogue {
  tables: CatalogueTable[];
  foreignKeys: ForeignKey[];
}

/** The column that tenant tables are distributed by. */
export const distributionColumn = "workspace_id";

/** The first of the co-location group: the others join it by its name. */
export const firstDistributed = "workspaces";

/** On every node: small, seldom written, and joined with tenant tables or referenced by them. */
export const referenceTables: Readonly<Record<string, string>> = {
  users: "memberships point to it and pages of people join it, within one workspace",
};

/** On the coordinator alone: of the installation, not of a workspace. */
const localTables: readonly { name: RegExp; reason: string }[] = [
  { name: /^migrations$/, reason: "what has been migrated" },
  { name: /^workspace_role$/, reason: "who workspaces' work logs in as" },
  { name: /^(sessions|accounts|verifications|two_factors)$/, reason: "who is signed in: one person, many workspaces" },
  { name: /^alert_watch$/, reason: "when somebody last looked for alerts" },
  { name: /^attempts$/, reason: "how often somebody guessed, by address" },
  {
    name: /^sandbox_(messages|receipts|mails)$/,
    reason: "books of a carrier, which stand for somebody else's machine",
  },
];

/** Reads what the placement is derived from. */
export async function readCatalogue(client: pg.ClientBase): Promise<Catalogue> {
  const tables = await client.query<CatalogueTable>(`
    select c.relname as name, c.relkind = 'p' as partitioned,
      exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'workspace_wall') as walled,
      array(select i.inhrelid::regclass::text from pg_inherits i where i.inhparent = c.oid order by 1) as partitions,
      coalesce((select jsonb_object_agg(i.indexrelid::regclass::text, (
          select jsonb_agg(a.attname order by k.n) from unnest(i.indkey::smallint[]) with ordinality k (attnum, n)
            join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum where k.n <= i.indnkeyatts))
        from pg_index i where i.indrelid = c.oid and (i.indisunique or i.indisexclusion)), '{}') as unique,
      coalesce((select jsonb_object_agg(a.attname, format_type(a.atttypid, null)) from pg_attribute a
        where a.attrelid = c.oid and a.attidentity <> '' and not a.attisdropped), '{}') as identity
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    order by c.relname`);
  const columns = (side: string, relation: string) => `(select jsonb_agg(a.attname order by k.n)
    from unnest(${side}) with ordinality k (attnum, n) join pg_attribute a on a.attrelid = ${relation} and a.attnum = k.attnum)`;
  const foreignKeys = await client.query<ForeignKey>(`
    select f.conname as name, t.relname as table, ${columns("f.conkey", "f.conrelid")} as columns,
      r.relname as target, ${columns("f.confkey", "f.confrelid")} as target_columns, pg_get_constraintdef(f.oid) as definition
    from pg_constraint f join pg_class t on t.oid = f.conrelid join pg_class r on r.oid = f.confrelid
    where f.contype = 'f' and f.conparentid = 0 and t.relnamespace = 'public'::regnamespace
    order by t.relname, f.conname`);
  return { tables: tables.rows, foreignKeys: foreignKeys.rows };
}

/** The place of each table, and one sentence for each table or key that cannot stand on a sharded database. */
export function placeTables({ tables, foreignKeys }: Catalogue): { places: Map<string, Place>; problems: string[] } {
  const places = new Map<string, Place>();
  const problems: string[] = [];
  for (const table of tables) {
    const place = placeOf(table);
    if (place === null) {
      problems.push(
        `${table.name} has no place: a tenant table stands behind workspace_wall() with ${distributionColumn} in its primary key; any other is named in distribution/placement.ts`,
      );
      continue;
    }
    places.set(table.name, place);
    if (place === "distributed") problems.push(...tableProblems(table));
  }
  const byName = new Map(tables.map((table) => [table.name, table]));
  for (const key of foreignKeys) {
    const problem = keyProblem(key, places, byName.get(key.table)?.partitioned ?? false);
    if (problem) problems.push(problem);
  }
  return { places, problems };
}

function placeOf({ name, walled, unique }: CatalogueTable): Place | null {
  const local = localTables.some((each) => each.name.test(name));
  if (local) return "local";
  const keyed = Object.values(unique).some((columns) => columns.includes(distributionColumn));
  if (walled) return keyed ? "distributed" : null;
  return name in referenceTables ? "reference" : null;
}

function tableProblems({ name, unique, identity }: CatalogueTable): string[] {
  return [
    ...Object.entries(unique)
      .filter(([, columns]) => !columns.includes(distributionColumn))
      .map(([index]) => `${index} makes ${name} unique without ${distributionColumn}, over all shards`),
    ...Object.entries(identity)
      .filter(([, type]) => type !== "bigint")
      .map(([column, type]) => `${name}.${column} is an identity column of type ${type}; it must be bigint`),
  ];
}

function keyProblem(key: ForeignKey, places: Map<string, Place>, partitioned: boolean): string | null {
  const from = places.get(key.table);
  const to = places.get(key.target);
  const what = `${key.name} of ${key.table}`;
  if (from !== "distributed") return to === "distributed" ? `${what} points to ${key.target}, which is sharded` : null;
  if (partitioned) return `${what}: a partitioned sharded table cannot have a foreign key`;
  if (to === "local") return `${what} points to ${key.target}, which stays on the coordinator`;
  if (to === "reference") return null;
  const at = key.columns.indexOf(distributionColumn);
  return at >= 0 && key.target_columns[at] === distributionColumn
    ? null
    : `${what} does not hold ${distributionColumn}`;
}
