/**
 * The steps that distribute a database, in order: drop foreign keys of tenant tables, create reference tables, distribute
 * tenant tables, restore foreign keys. Each step is its own transaction, so that a run continues one that was killed: finished
 * steps are left out, and the definitions of dropped keys are stored in a table until they are restored.
 */
import { type Catalogue, distributionColumn, firstDistributed, type ForeignKey, type Place } from "./placement.ts";

/** Statements of one transaction. */
export interface Step {
  why: string;
  statements: string[];
}

/** What an earlier run has done. */
export interface Progress {
  /** The role that owns the tables, and below it the role of workspace transactions. */
  owner: string;
  workspaceRole: string | null;
  database: string;
  /** Tables that are distributed already. */
  placed: ReadonlySet<string>;
  /** Foreign keys that were dropped and are not restored yet. */
  dropped: readonly Pick<ForeignKey, "name" | "table" | "definition">[];
  /** Whether both roles have `roleSettings` already. */
  settingsStored: boolean;
}

/** For the roles of this database, so that every process and every tool has them. */
export const roleSettings = {
  "citus.propagate_set_commands": "local",
  "citus.multi_shard_modify_mode": "sequential",
} as const;

/** The table of the dropped foreign keys. */
export const keptKeys = "staging.dropped_foreign_keys";

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** The remaining steps; empty when the database is distributed. */
export function planDistribution(
  { tables, foreignKeys }: Catalogue,
  places: ReadonlyMap<string, Place>,
  { placed, dropped, settingsStored, owner, workspaceRole, database }: Progress,
): Step[] {
  const missing = (place: Place) =>
    [...places.keys()].filter((name) => places.get(name) === place && !placed.has(name));
  const references = missing("reference");
  const tenants = missing("distributed").sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const steps: Step[] = [];

  if (!settingsStored) {
    const roles = [owner, ...(workspaceRole === null ? [] : [workspaceRole])];
    steps.push({
      why: "SET LOCAL names the workspace of a transaction for row-level security, so it must reach the shards; transactions that write several tables of a workspace need one connection to each node",
      statements: roles.flatMap((role) =>
        Object.entries(roleSettings).map(
          ([name, value]) => `alter role ${quoted(role)} in database ${quoted(database)} set ${name} = ${value}`,
        ),
      ),
    });
  }

  const away =
    references.length + tenants.length > 0 ? foreignKeys.filter((key) => isInTheWay(key, places, placed)) : [];
  if (away.length > 0) {
    steps.push({
      why: "A table that a local table references, or that references one, cannot be distributed: these keys are dropped meanwhile",
      statements: [
        `create table if not exists ${keptKeys} ("table" text not null, name text not null, definition text not null, primary key ("table", name))`,
        ...away.flatMap(({ table, name, definition }) => [
          `insert into ${keptKeys} ("table", name, definition) values (${literal(table)}, ${literal(name)}, ${literal(definition)})`,
          `alter table ${quoted(table)} drop constraint ${quoted(name)}`,
        ]),
      ],
    });
  }
  for (const table of references)
    steps.push({
      why: `${table} on every node`,
      statements: [
        // Its policy queries a sharded table, which a node cannot do within its part of a statement.
        `alter table ${quoted(table)} disable row level security`,
        `select create_reference_table(${literal(table)})`,
      ],
    });
  for (const table of tenants) {
    const forced = [table, ...(tables.find(({ name }) => name === table)?.partitions ?? [])];
    const together = table === firstDistributed ? "none" : firstDistributed;
    steps.push({
      why: `${table} by workspace`,
      statements: [
        // The triggers refuse changes, or change rows of the same workspace: those are in the same shard.
        "set local citus.enable_unsafe_triggers = on",
        // Rows are copied into the shards by COPY, which PostgreSQL refuses while row-level security binds the owner too.
        ...forced.map((name) => `alter table ${quoted(name)} no force row level security`),
        `select create_distributed_table(${literal(table)}, ${literal(distributionColumn)}, colocate_with => ${literal(together)})`,
        ...forced.map((name) => `alter table ${quoted(name)} force row level security`),
      ],
    });
  }
  const back = [...dropped, ...away];
  for (const { table, name, definition } of back) {
    steps.push({
      why: `${name} restored`,
      statements: [
        `alter table ${quoted(table)} add constraint ${quoted(name)} ${definition}`,
        `delete from ${keptKeys} where "table" = ${literal(table)} and name = ${literal(name)}`,
      ],
    });
  }
  if (back.length > 0) steps.push({ why: "all keys are restored", statements: [`drop table ${keptKeys}`] });
  return steps;
}

/** Sorts the table that starts the co-location group first. */
const rank = (table: string) => (table === firstDistributed ? 0 : 1);

/** Whether a tenant table's key must be dropped, since one of its tables is not distributed yet. */
function isInTheWay(key: ForeignKey, places: ReadonlyMap<string, Place>, placed: ReadonlySet<string>): boolean {
  if (places.get(key.table) !== "distributed") return false;
  return !placed.has(key.table) || !placed.has(key.target);
}
