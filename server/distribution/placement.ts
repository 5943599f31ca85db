/**
 * The place of each table on a sharded database: distributed by workspace_id, a reference table on every node, or local
 * on the coordinator. It is read from the catalogue, so that a new tenant table needs no entry here; other tables must be
 * listed with a reason, and a table that is neither is refused.
 *
 * The rules are Citus's own:
 *  - the distribution column is part of every primary key and unique index
 *    https://docs.citusdata.com/en/stable/develop/reference_ddl.html#creating-and-distributing-tables
 *  - a foreign key of a distributed table includes that column and references a co-located or a reference table, and no other
 *    table references a distributed one
 *    https://docs.citusdata.com/en/stable/develop/reference_ddl.html#adding-modifying-constraints
 *  - a partitioned table is distributed through its parent
 *    https://docs.citusdata.com/en/stable/develop/reference_workarounds.html#limitations
 *
 * One rule is ours: no identity columns, since each insert into such a table passes through the coordinator.
 */
import type pg from "pg";

export type Place = "distributed" | "reference" | "local";

/** A table of the schema "public"; partitions go with their parent, tables of extensions are not ours. */
export interface CatalogueTable {
  name: string;
  partitioned: boolean;
  /** It has the tenant policy of row-level security, so it is a tenant table. */
  has_tenant_policy: boolean;
  /** Its partitions. */
  partitions: string[];
  /** Columns of every primary key, unique index and exclusion constraint, by the index's name. */
  unique: Record<string, string[]>;
  /** Identity columns. */
  identity: string[];
}

export interface ForeignKey {
  name: string;
  table: string;
  columns: string[];
  target: string;
  target_columns: string[];
  /** For `alter table … add constraint …`. */
  definition: string;
}

export interface Catalogue {
  tables: CatalogueTable[];
  foreignKeys: ForeignKey[];
}

/** The column that tenant tables are distributed by. */
export const distributionColumn = "workspace_id";

/** The table that starts the co-location group; the others refer to it by name. */
export const firstDistributed = "workspaces";

/** On every node: small, seldom written, and joined with tenant tables or referenced by them. */
export const referenceTables: Readonly<Record<string, string>> = {
  users: "memberships point to it and pages of people join it, within one workspace",
};

/** Only on the coordinator: tables of the installation, not of a workspace. */
const localTables: readonly { name: RegExp; reason: string }[] = [
  { name: /^migrations$/, reason: "the migrations that were applied" },
  { name: /^workspace_role$/, reason: "the role of workspace transactions" },
  { name: /^(sessions|accounts|verifications|two_factors)$/, reason: "sign-in: one person may be in many workspaces" },
  { name: /^alert_watch$/, reason: "the time of the last check for alerts by processes of an earlier version" },
  { name: /^due_work$/, reason: "turns at work by the clock" },
  { name: /^workflow_sweep$/, reason: "how far the moments of timed workflows have been decided" },
  { name: /^attempts$/, reason: "counts of the login throttle" },
  { name: /^mail_intake$/, reason: "counts of mails that the installation received" },
  {
    name: /^sandbox_(messages|receipts|mails)$/,
    reason: "the simulated carrier's own data",
  },
];

/** Reads what the placement is derived from. */
export async function readCatalogue(client: pg.ClientBase): Promise<Catalogue> {
  const tables = await client.query<CatalogueTable>(`
    select c.relname as name, c.relkind = 'p' as partitioned,
      exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'workspace_wall') as has_tenant_policy,
      array(select i.inhrelid::regclass::text from pg_inherits i where i.inhparent = c.oid order by 1) as partitions,
      coalesce((select jsonb_object_agg(i.indexrelid::regclass::text, (
          select jsonb_agg(a.attname order by k.n) from unnest(i.indkey::smallint[]) with ordinality k (attnum, n)
            join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum where k.n <= i.indnkeyatts))
        from pg_index i where i.indrelid = c.oid and (i.indisunique or i.indisexclusion)), '{}') as unique,
      array(select a.attname::text from pg_attribute a
        where a.attrelid = c.oid and a.attidentity <> '' and not a.attisdropped) as identity
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

/** The place of each table, and one sentence for each table or key that a sharded database cannot have. */
export function placeTables({ tables, foreignKeys }: Catalogue): { places: Map<string, Place>; problems: string[] } {
  const places = new Map<string, Place>();
  const problems: string[] = [];
  for (const table of tables) {
    const place = placeOf(table);
    if (place === null) {
      problems.push(
        `${table.name} has no place: a tenant table has the policy of apply_tenant_policy() and ${distributionColumn} in its primary key; any other is named in distribution/placement.ts`,
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

function placeOf({ name, has_tenant_policy, unique }: CatalogueTable): Place | null {
  const local = localTables.some((each) => each.name.test(name));
  if (local) return "local";
  const keyed = Object.values(unique).some((columns) => columns.includes(distributionColumn));
  if (has_tenant_policy) return keyed ? "distributed" : null;
  return name in referenceTables ? "reference" : null;
}

function tableProblems({ name, unique, identity }: CatalogueTable): string[] {
  return [
    ...Object.entries(unique)
      .filter(([, columns]) => !columns.includes(distributionColumn))
      .map(([index]) => `${index} makes ${name} unique without ${distributionColumn}, over all shards`),
    ...identity.map((column) => `${name}.${column} is an identity column; its numbers are to be given by the insert`),
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
